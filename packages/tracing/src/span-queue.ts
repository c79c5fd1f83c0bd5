import type { Span } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { currentCorrelation } from '@verifiedfan/correlation';
import { scrubSpan } from './scrub.ts';
import type { TimeLimit, TracingStats } from './types.ts';

export type Delivery = { outcome: 'sent'; rejected: number } | { outcome: 'failed' };

/** Takes spans to where they are kept. `send` never rejects; it ends soon after `signal` aborts. */
export type Sender = {
  send(spans: readonly ReadableSpan[], signal: AbortSignal): Promise<Delivery>;
  close(): void;
};

export type SpanQueueOptions = { sender: Sender; maxQueue: number; maxBatch: number; delayMs: number };

/** After a failure the collector is left alone this long, so that it costs a flushing Lambda its time limit once and not each time. */
export const COOL_DOWN_MS = 30_000;

export type SpanQueue = SpanProcessor & {
  flush(limit?: TimeLimit): Promise<boolean>;
  close(limit?: TimeLimit): Promise<void>;
  stats(): TracingStats;
};

/**
 * The way of spans out of the process: a bounded queue in front of one sender, one batch at a time. Ending a span only puts it into the queue; when
 * that is full, the oldest span goes, for the newest tell most about what is wrong. All timers let the process end.
 */
export const createSpanQueue = ({ sender, maxQueue, maxBatch, delayMs }: SpanQueueOptions): SpanQueue => {
  const closing = new AbortController();
  const counts = { ended: 0, exported: 0, rejected: 0, failed: 0, dropped: 0 };
  const waiting: ReadableSpan[] = [];
  let sending = 0;
  let draining: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let coolDown: NodeJS.Timeout | undefined;

  const add = (span: ReadableSpan): void => {
    counts.ended += 1;
    if (closing.signal.aborted) {
      counts.dropped += 1;
      return;
    }
    if (waiting.length >= maxQueue) {
      waiting.shift();
      counts.dropped += 1;
    }
    waiting.push(span);
    if (waiting.length >= maxBatch) void drain();
    else schedule();
  };

  const schedule = (): void => {
    if (timer !== undefined || coolDown !== undefined || draining !== undefined) return;
    timer = setTimeout(() => void drain(), delayMs);
    timer.unref();
  };

  /** Sends batch after batch until the queue is empty or one failed. Callers at the same time share one run. */
  const drain = (): Promise<boolean> => {
    clearTimeout(timer);
    timer = undefined;
    if (coolDown !== undefined) return Promise.resolve(false);
    draining ??= sendAll().finally(() => {
      draining = undefined;
      if (waiting.length > 0) schedule();
    });
    return draining;
  };

  const sendAll = async (): Promise<boolean> => {
    let complete = true;
    while (waiting.length > 0) {
      const delivery = await sendBatch(waiting.splice(0, maxBatch));
      if (delivery.outcome === 'failed') return false;
      complete &&= delivery.rejected === 0;
    }
    return complete;
  };

  const sendBatch = async (batch: readonly ReadableSpan[]): Promise<Delivery> => {
    sending = batch.length;
    const delivery = await deliver(sender, batch, closing.signal);
    sending = 0;
    if (delivery.outcome === 'failed') {
      counts.failed += batch.length;
      startCoolDown();
    } else {
      counts.rejected += delivery.rejected;
      counts.exported += batch.length - delivery.rejected;
    }
    return delivery;
  };

  const startCoolDown = (): void => {
    if (closing.signal.aborted) return;
    coolDown = setTimeout(() => {
      coolDown = undefined;
      if (waiting.length > 0) schedule();
    }, COOL_DOWN_MS);
    coolDown.unref();
  };

  const flush = async ({ timeoutMs = 1_000 }: TimeLimit = {}): Promise<boolean> => {
    let limit: NodeJS.Timeout | undefined;
    // This timer does keep the process alive: whoever flushes wants to wait.
    const timeUp = new Promise<boolean>((resolve) => {
      limit = setTimeout(() => resolve(false), timeoutMs);
    });
    const complete = await Promise.race([drain(), timeUp]);
    clearTimeout(limit);
    return complete && waiting.length === 0;
  };

  const close = async (limit?: TimeLimit): Promise<void> => {
    if (closing.signal.aborted) return;
    await flush(limit);
    closing.abort();
    clearTimeout(timer);
    clearTimeout(coolDown);
    await draining;
    counts.dropped += waiting.splice(0).length;
    sender.close();
  };

  return {
    onStart: (span: Span) => addCorrelation(span),
    onEnd: add,
    flush,
    close,
    stats: () => ({ ...counts, queued: waiting.length + sending }),
    forceFlush: async () => void (await flush()),
    shutdown: () => close(),
  };
};

const addCorrelation = (span: Span): void => {
  const correlation = currentCorrelation();
  if (correlation !== undefined) span.setAttribute('correlation.id', correlation);
};

/** A sender that breaks its promise, or a span that cannot be read, costs the batch and nothing more. */
const deliver = async (sender: Sender, batch: readonly ReadableSpan[], signal: AbortSignal): Promise<Delivery> => {
  try {
    return await sender.send(batch.map(scrubSpan), signal);
  } catch {
    return { outcome: 'failed' };
  }
};
