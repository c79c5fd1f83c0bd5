export { currentTraceparent, extractTraceparent, injectTraceparent } from './carriers.ts';
export { createTracing } from './create-tracing.ts';
export { TRACING_ERROR_CODES, TracingError, type TracingErrorCode } from './errors.ts';
export { GlobalTracer, globalTracer, shutdownGlobalTracer } from './global.ts';
export { NOOP_SPAN, NOOP_TRACER } from './noop.ts';
export { MAX_LINKS, withBatchSpan, withSpan } from './span.ts';
export { TracedAsyncFn, type TracedAsyncFnOptions } from './traced-async-fn.ts';
export {
  type TraceableAnswer,
  type TraceableRequest,
  TracedRequest,
  type TracedRequestOptions,
} from './traced-request.ts';
export { TracedSdk, type TracedSdkOptions } from './traced-sdk.ts';
export {
  type BatchSpanSettings,
  type CreateTracingOptions,
  SPAN_KINDS,
  type SpanKindName,
  type SpanSettings,
  type TimeLimit,
  type Tracing,
  type TracingStats,
} from './types.ts';
