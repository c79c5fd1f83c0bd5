import type { WorkerRecord } from './record.ts';

/** The part of `@verifiedfan/tracing` that workers use; a host without one traces nothing. */
export type WorkerTracer = {
  /** False when spans go nowhere: then the records are not even asked for their producers. */
  readonly enabled: boolean;
  /** Runs `fn` in a span that is linked to the spans that made its records. */
  batchSpan<T>(
    settings: {
      name: string;
      kind?: 'consumer' | 'server';
      attributes?: Record<string, string>;
      traceparents: readonly unknown[];
    },
    fn: () => T,
  ): T;
  /** Sends what has ended; false when not all of it could be sent. Never rejects. */
  flush(limit?: { timeoutMs?: number }): Promise<boolean>;
};

export type SpanOptions = {
  tracer: WorkerTracer | undefined;
  worker: string;
  source: { kind: string; mode: 'batch' | 'request' } | undefined;
  records: readonly WorkerRecord<unknown>[];
};

/** Runs `fn` in one span for the invocation. A span finds its trace when it begins, so the records must be known by then. */
export const inSpan = <T>({ tracer, worker, source, records }: SpanOptions, fn: () => T): T => {
  if (tracer?.enabled !== true) return fn();
  return tracer.batchSpan(
    {
      name: worker,
      kind: source?.mode === 'request' ? 'server' : 'consumer',
      ...(source === undefined ? {} : { attributes: { 'messaging.system': source.kind } }),
      traceparents: records.map(({ meta }) => meta.traceparent),
    },
    fn,
  );
};
