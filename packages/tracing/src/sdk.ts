/*
 * Everything that needs OpenTelemetry's SDK (20 MiB, 60 ms). Loaded by `createTracing` when there is somewhere to send spans to, and by
 * nobody else.
 */
import { type Context, context, type Span, type SpanOptions, type Tracer, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  type IdGenerator,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { currentContext, parseTraceparent } from '@verifiedfan/correlation';
import type { Clock, Random } from '@verifiedfan/ports';

export type SdkOptions = {
  serviceName: string;
  tracerName: string;
  sampleRatio: number;
  processor: SpanProcessor;
  clock?: Pick<Clock, 'now'> | undefined;
  random?: Pick<Random, 'bytes'> | undefined;
};

const MAX_ATTRIBUTE_CHARACTERS = 8_192;

/** A provider of our own, and a tracer whose spans continue the trace of the correlation context. */
export const openSdk = (options: SdkOptions): { tracer: Tracer; provider: TracerProvider } => {
  const { serviceName, tracerName, sampleRatio, processor, clock, random } = options;
  // The first one wins, ours or another's: they are all alike, and replacing one would cut the traces under way.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_CHARACTERS },
    spanProcessors: [processor],
    ...(random === undefined ? {} : { idGenerator: createIds(random) }),
  });
  return { tracer: continueTraces(provider.getTracer(tracerName), clock), provider };
};

const createIds = (random: Pick<Random, 'bytes'>): IdGenerator => {
  const hex = (count: number): string => {
    const id = Buffer.from(random.bytes(count)).toString('hex');
    return /^0+$/.test(id) ? `${id.slice(1)}1` : id; // all zeros means "no id"
  };
  return { generateTraceId: () => hex(16), generateSpanId: () => hex(8) };
};

const continueTraces = (inner: Tracer, clock: Pick<Clock, 'now'> | undefined): Tracer => {
  const startSpan = (name: string, options: SpanOptions = {}, parent: Context = parentContext()): Span =>
    clock === undefined
      ? inner.startSpan(name, options, parent)
      : endBy(clock, inner.startSpan(name, { startTime: clock.now(), ...options }, parent));
  return {
    startSpan,
    startActiveSpan<F extends (span: Span) => unknown>(
      name: string,
      ...rest: readonly [F] | readonly [SpanOptions, F] | readonly [SpanOptions, Context, F]
    ): ReturnType<F> {
      const fn = rest[rest.length - 1] as F;
      const options = rest.length > 1 ? (rest[0] as SpanOptions) : {};
      const parent = rest.length > 2 ? (rest[1] as Context) : parentContext();
      const span = startSpan(name, options, parent);
      return context.with(trace.setSpan(parent, span), fn as (span: Span) => ReturnType<F>, undefined, span);
    },
  };
};

/**
 * The innermost span of the trace that the correlation context names. They agree unless a record or request brought a trace of its own;
 * then that one is continued.
 */
const parentContext = (): Context => {
  const active = context.active();
  const wanted = parseTraceparent(currentContext()?.traceparent);
  if (wanted === undefined || trace.getSpanContext(active)?.traceId === wanted.traceId) return active;
  const { traceId, spanId, flags } = wanted;
  return trace.setSpanContext(active, { traceId, spanId, traceFlags: flags, isRemote: true });
};

/** A span that takes the time of its end from the clock too; by itself it would ask the machine. */
const endBy = (clock: Pick<Clock, 'now'>, span: Span): Span => {
  const end = span.end.bind(span);
  span.end = (time) => end(time ?? clock.now());
  return span;
};
