import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Delivery, Sender } from './span-queue.ts';

const SUCCESS = 0;

/** An OpenTelemetry exporter as a sender. One that never answers is given up after `timeoutMs`. */
export const createExporterSender = (exporter: SpanExporter, timeoutMs: number): Sender => ({
  send: (spans, signal) =>
    new Promise<Delivery>((resolve, reject) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const giveUp = (): void => resolve({ outcome: 'failed' });
      if (limit.aborted) return giveUp();
      limit.addEventListener('abort', giveUp, { once: true });
      try {
        exporter.export([...spans], ({ code }) => {
          limit.removeEventListener('abort', giveUp);
          resolve(code === SUCCESS ? { outcome: 'sent', rejected: 0 } : { outcome: 'failed' });
        });
      } catch (error) {
        reject(error);
      }
    }),
  close: () => void exporter.shutdown().catch(() => undefined),
});
