import type { Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { Tracing } from './types.ts';

// Written out rather than taken from `@opentelemetry/api`, so that a process without tracing does not load it (4 MiB, 15 ms).
const NOWHERE = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };

/** The span of a process that does not trace: takes everything, keeps nothing. */
export const NOOP_SPAN: Span = Object.freeze({
  spanContext: () => NOWHERE,
  setAttribute: () => NOOP_SPAN,
  setAttributes: () => NOOP_SPAN,
  addEvent: () => NOOP_SPAN,
  addLink: () => NOOP_SPAN,
  addLinks: () => NOOP_SPAN,
  setStatus: () => NOOP_SPAN,
  updateName: () => NOOP_SPAN,
  end: () => undefined,
  isRecording: () => false,
  recordException: () => undefined,
});

export const NOOP_TRACER: Tracer = Object.freeze({
  startSpan: () => NOOP_SPAN,
  startActiveSpan: <F extends (span: Span) => unknown>(
    _name: string,
    ...rest: readonly [F] | readonly [SpanOptions, F] | readonly [SpanOptions, unknown, F]
  ): ReturnType<F> => (rest[rest.length - 1] as F)(NOOP_SPAN) as ReturnType<F>,
});

const STATS = Object.freeze({ ended: 0, exported: 0, rejected: 0, failed: 0, dropped: 0, queued: 0 });

/** What the off state answers to everything that has to do with sending. */
export const NOOP_DELIVERY: Pick<Tracing, 'flush' | 'shutdown' | 'stats'> = {
  flush: async () => true,
  shutdown: async () => undefined,
  stats: () => STATS,
};
