import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Clock, Random } from '@verifiedfan/ports';

/** The role of a span, in OpenTelemetry's words and order: the place in this list is the number on the wire minus one. */
export const SPAN_KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKindName = (typeof SPAN_KINDS)[number];

export type SpanSettings = {
  /** What is done, without ids: `campaigns.findById`, `fastly.purge`. */
  name: string;
  /** @default 'internal' */
  kind?: SpanKindName | undefined;
  /** Ids and names of things, never personal data; what looks like it is masked before it leaves the process. */
  attributes?: Attributes | undefined;
  /** A `traceparent` from outside to continue; unchecked text is fine, a bad one is ignored. @default the work under way */
  parent?: unknown;
  /** `traceparent`s of the work that led to this, beside the parent; bad ones are ignored. */
  links?: readonly unknown[] | undefined;
};

export type BatchSpanSettings = Omit<SpanSettings, 'parent' | 'links'> & {
  /** The `traceparent` of every record, bad and missing ones included. */
  traceparents: readonly unknown[];
};

/** Counted from the start. `ended` = `exported` + `rejected` + `failed` + `dropped` + `queued` at any time. */
export type TracingStats = {
  /** Sampled spans that ended. */
  ended: number;
  /** Taken by the collector. */
  exported: number;
  /** Refused by the collector one by one (`partialSuccess`). */
  rejected: number;
  /** Given up after their batch could not be sent. */
  failed: number;
  /** Never sent: the queue was full (the oldest go first) or tracing had been shut down. */
  dropped: number;
  /** Waiting or being sent. */
  queued: number;
};

export type TimeLimit = {
  /** Longest time to wait, in milliseconds. @default 1_000 */
  timeoutMs?: number | undefined;
};

export type Tracing = {
  /** False when nothing is configured: then spans are not made at all. */
  readonly enabled: boolean;
  /** For libraries that take an OpenTelemetry tracer. */
  readonly tracer: Tracer;
  /** Runs `fn` in a span; see `withSpan`. */
  span<T>(settings: SpanSettings, fn: (span: Span) => T): T;
  /** Runs `fn` in a span linked to the producers of its records; see `withBatchSpan`. */
  batchSpan<T>(settings: BatchSpanSettings, fn: (span: Span) => T): T;
  /**
   * Sends what has ended. True when all of it was taken; false when time ran out, the collector refused, or it failed less than 30 s
   * ago and is left alone. Never rejects.
   */
  flush(limit?: TimeLimit): Promise<boolean>;
  /** Flushes, then stops for good: open requests are cancelled, later spans dropped. Never rejects. */
  shutdown(limit?: TimeLimit): Promise<void>;
  stats(): TracingStats;
};

export type CreateTracingOptions = {
  /** On every span as `service.name`. */
  serviceName: string;
  /** Name of the instrumentation scope. @default 'verifiedfan' */
  tracerName?: string | undefined;
  /** Host of an OTLP/HTTP collector. Without it and without `exporter` tracing is off and costs nothing. */
  collectorHost?: string | undefined;
  /** @default 4318 */
  collectorPort?: number | undefined;
  /** An OpenTelemetry exporter in place of the collector. It gets spans that are masked already. */
  exporter?: SpanExporter | undefined;
  /** Times of spans, in whole milliseconds, for runs that are replayed. @default the machine's clock, finer than a millisecond */
  clock?: Pick<Clock, 'now'> | undefined;
  /** Ids of traces and spans, and the jitter of retries. @default OpenTelemetry's own generator */
  random?: Pick<Random, 'bytes'> | undefined;
  /** Share of new traces that is recorded, 0 to 1; a trace from outside keeps the decision it came with. @default 1 */
  sampleRatio?: number | undefined;
  /** Spans that wait at most; the oldest are dropped. @default 2_048 */
  maxQueue?: number | undefined;
  /** Spans in one request. @default 512 */
  maxBatch?: number | undefined;
  /** Longest wait of a span before it is sent, in milliseconds. @default 1_000 */
  delayMs?: number | undefined;
  /** For one request with its retries, in milliseconds. @default 10_000 */
  exportTimeoutMs?: number | undefined;
};
