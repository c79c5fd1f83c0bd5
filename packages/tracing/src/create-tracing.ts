import type { Tracer } from '@opentelemetry/api';
import { callable, checkOptions, type OptionRule, optional, positiveInteger } from '@verifiedfan/map-utils';
import { NOOP_DELIVERY, NOOP_TRACER } from './noop.ts';
import { withBatchSpan, withSpan } from './span.ts';
import type { CreateTracingOptions, Tracing } from './types.ts';

/**
 * Sets up tracing for a service. Without `collectorHost` and `exporter` it is off: nothing of OpenTelemetry is loaded, spans are not made, and
 * only `traceparent`s that came from outside are passed on. Throws `MapUtilsError` with `invalid_options`; never fails for the collector's sake.
 */
export const createTracing = async (options: CreateTracingOptions): Promise<Tracing> => {
  checkTracingOptions(options);
  const isOff = options.collectorHost === undefined && options.exporter === undefined;
  if (isOff) return makeTracing(NOOP_TRACER, NOOP_DELIVERY);
  const { serviceName, tracerName = 'verifiedfan', clock, random, sampleRatio = 1 } = options;
  const { maxQueue = 2_048, maxBatch = 512, delayMs = 1_000 } = options;
  const [{ openSdk }, { createSpanQueue }, sender] = await Promise.all([
    import('./sdk.ts'),
    import('./span-queue.ts'),
    openSender(options),
  ]);
  const queue = createSpanQueue({ sender, maxQueue, maxBatch: Math.min(maxBatch, maxQueue), delayMs });
  const { tracer } = openSdk({ serviceName, tracerName, sampleRatio, processor: queue, clock, random });
  return makeTracing(tracer, { flush: queue.flush, shutdown: queue.close, stats: queue.stats });
};

const openSender = async (options: CreateTracingOptions) => {
  const { exporter, collectorHost: host = '', collectorPort: port = 4_318, exportTimeoutMs = 10_000, random } = options;
  if (exporter !== undefined) {
    const { createExporterSender } = await import('./exporter-sender.ts');
    return createExporterSender(exporter, exportTimeoutMs);
  }
  const { createOtlpSender } = await import('./otlp-sender.ts');
  return createOtlpSender({ host, port, timeoutMs: exportTimeoutMs, random });
};

const makeTracing = (tracer: Tracer, delivery: Pick<Tracing, 'flush' | 'shutdown' | 'stats'>): Tracing => ({
  enabled: tracer !== NOOP_TRACER,
  tracer,
  span: (settings, fn) => withSpan(tracer, settings, fn),
  batchSpan: (settings, fn) => withBatchSpan(tracer, settings, fn),
  ...delivery,
});

const isText = (value: unknown): boolean => typeof value === 'string' && value.length > 0 && value.length <= 256;
const text: OptionRule = { expects: 'a text of 1 to 256 characters', accepts: isText };
const hasMethod = (name: string): OptionRule => ({
  expects: `an object with ${name}()`,
  accepts: (value) =>
    typeof value === 'object' && value !== null && callable.accepts((value as Record<string, unknown>)[name]),
});

/** Throws `MapUtilsError` with `invalid_options`. */
export const checkTracingOptions = (options: CreateTracingOptions): void =>
  checkOptions('createTracing', options, {
    serviceName: text,
    tracerName: optional(text),
    collectorHost: optional({
      expects: 'the name or address of a host, without scheme and port',
      accepts: (value) => isText(value) && /^[\w.:-]+$/.test(String(value)),
    }),
    collectorPort: optional({
      expects: 'a port, 1 to 65535',
      accepts: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535,
    }),
    exporter: optional(hasMethod('export')),
    clock: optional(hasMethod('now')),
    random: optional(hasMethod('bytes')),
    sampleRatio: optional({
      expects: 'a number from 0 to 1',
      accepts: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    }),
    maxQueue: optional(positiveInteger),
    maxBatch: optional(positiveInteger),
    delayMs: optional(positiveInteger),
    exportTimeoutMs: optional(positiveInteger),
  });
