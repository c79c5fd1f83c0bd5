import { types } from 'node:util';
import type { Attributes, Link, Span, Tracer } from '@opentelemetry/api';
import { formatTraceparent, isError, isTraceparent, parseTraceparent, runWithFields } from '@verifiedfan/correlation';
import { NOOP_SPAN, NOOP_TRACER } from './noop.ts';
import { type BatchSpanSettings, SPAN_KINDS, type SpanSettings } from './types.ts';

/** OpenTelemetry's number for a failed span. */
export const STATUS_ERROR = 2;
/** OpenTelemetry's own limit of links on one span; the number left out is told as an attribute. */
export const MAX_LINKS = 128;

/**
 * Runs `fn` in a span: a child of `parent`, else of the work under way. Gives back what `fn` gives, or the same error, synchronously or not,
 * and ends the span then. Inside, the correlation context carries the span's `traceparent`, so records and calls made there continue the trace.
 * Without tracing only `fn` runs, and a `parent` is passed on unchanged.
 */
export const withSpan = <T>(tracer: Tracer, settings: SpanSettings, fn: (span: Span) => T): T =>
  withSpanNoting(tracer, settings, fn, fail);

/** What is noted on a span whose work threw. Must not throw. */
export type OnFailure = (span: Span, error: unknown) => void;

/** `withSpan`, with a word on how a failure is noted. */
export const withSpanNoting = <T>(
  tracer: Tracer,
  settings: SpanSettings,
  fn: (span: Span) => T,
  onFailure: OnFailure,
): T => {
  const { name, kind = 'internal', attributes, parent, links } = settings;
  const start = (): T =>
    tracer === NOOP_TRACER
      ? fn(NOOP_SPAN)
      : tracer.startActiveSpan(name, spanOptions(kind, attributes, links), (span) => runIn(span, fn, onFailure));
  return isTraceparent(parent) ? runWithFields({ traceparent: parent }, start) : start();
};

/**
 * Runs `fn` in a span for a batch of records, linked to the spans that made them: each once, the first 128. When all records are from one trace
 * the span joins it, so that a trace can be followed from a file to its last effect; otherwise it begins its own.
 */
export const withBatchSpan = <T>(tracer: Tracer, settings: BatchSpanSettings, fn: (span: Span) => T): T => {
  const { traceparents, kind = 'consumer', attributes, name } = settings;
  const producers = [...new Set(traceparents.filter(isTraceparent))];
  const traces = new Set(producers.map((producer) => parseTraceparent(producer)?.traceId));
  const counts: Attributes = {
    'messaging.batch.message_count': traceparents.length,
    ...(producers.length > MAX_LINKS ? { 'verifiedfan.links_left_out': producers.length - MAX_LINKS } : {}),
  };
  const parent = traces.size === 1 ? producers[0] : undefined;
  return withSpan(tracer, { name, kind, parent, links: producers, attributes: { ...attributes, ...counts } }, fn);
};

const spanOptions = (
  kind: NonNullable<SpanSettings['kind']>,
  attributes: Attributes | undefined,
  links: SpanSettings['links'],
) => ({
  kind: SPAN_KINDS.indexOf(kind),
  ...(attributes === undefined ? {} : { attributes }),
  ...(links === undefined ? {} : { links: links.slice(0, MAX_LINKS).flatMap(toLink) }),
});

const toLink = (traceparent: unknown): Link[] => {
  const parsed = parseTraceparent(traceparent);
  if (parsed === undefined) return [];
  const { traceId, spanId, flags } = parsed;
  return [{ context: { traceId, spanId, traceFlags: flags, isRemote: true } }];
};

const runIn = <T>(span: Span, fn: (span: Span) => T, onFailure: OnFailure): T => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const traceparent = formatTraceparent({ traceId, spanId, flags: traceFlags });
  // A span of a suppressed or foreign tracer can have no place in a trace; then the outer one stays.
  const fields = isTraceparent(traceparent) ? { traceparent } : {};
  try {
    return endWith(
      span,
      runWithFields(fields, () => fn(span)),
      onFailure,
    );
  } catch (error) {
    onFailure(span, error);
    span.end();
    throw error;
  }
};

/** Only true promises are waited for: calling `then` of anything else could start work (a query builder runs by it). */
const endWith = <T>(span: Span, result: T, onFailure: OnFailure): T => {
  if (!types.isPromise(result)) {
    span.end();
    return result;
  }
  return result.then(
    (value: unknown) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      onFailure(span, error);
      span.end();
      throw error;
    },
  ) as T;
};

/** Marks a span as failed. Masking happens before the span leaves the process, so the error is recorded as it is. */
export const fail: OnFailure = (span, error) => {
  try {
    if (isError(error)) span.recordException(error);
    span.setStatus({ code: STATUS_ERROR, message: isError(error) ? String(error.message) : 'not an Error was thrown' });
  } catch {
    // An error whose fields cannot be read must not replace itself by another one.
  }
};
