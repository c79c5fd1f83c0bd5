import { AsyncLocalStorage } from 'node:async_hooks';
import { isCorrelationId } from './correlation-id.ts';
import { CorrelationError } from './errors.ts';
import { isTraceparent } from './traceparent.ts';

/** A value small enough to be repeated in every log line. */
export type ContextValue = string | number | boolean;

/**
 * What is known about the work under way: its correlation id, its place in a trace, and small fields for the log such as `worker`,
 * `source` or `record`. Never personal data: ids and names of things only.
 */
export type CorrelationContext = {
  readonly correlation?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly [field: string]: ContextValue | undefined;
};

// One per process by nature: async context is the one channel that reaches a log call without passing arguments. It holds no state
// of its own, only what the surrounding `run…` call gave.
const storage = new AsyncLocalStorage<CorrelationContext>();

/** The context of the work under way, undefined outside of any. The object is frozen and the same for every caller inside one `run…`. */
export const currentContext = (): CorrelationContext | undefined => storage.getStore();

/** The correlation id of the work under way, undefined outside of any. */
export const currentCorrelation = (): string | undefined => storage.getStore()?.correlation;

/**
 * Runs `fn` and everything it starts, timers and promises included, under this correlation. Fields of an outer context stay, unless
 * named again; a field set to undefined is taken away.
 * Throws `invalid_correlation` or `invalid_traceparent`: check foreign text with `toCorrelationId` and `parseTraceparent` first.
 */
export const runWithCorrelation = <T>(context: CorrelationContext & { correlation: string }, fn: () => T): T => {
  if (context.correlation === undefined) throw new CorrelationError('invalid_correlation');
  return runWithFields(context, fn);
};

/**
 * Adds fields to the context of the work under way, for `fn` and everything it starts; a field set to undefined is taken away.
 * Throws as `runWithCorrelation`.
 */
export const runWithFields = <T>(fields: CorrelationContext, fn: () => T): T => {
  if (fields.correlation !== undefined && !isCorrelationId(fields.correlation)) {
    throw new CorrelationError('invalid_correlation');
  }
  if (fields.traceparent !== undefined && !isTraceparent(fields.traceparent)) {
    throw new CorrelationError('invalid_traceparent');
  }
  return storage.run(Object.freeze({ ...storage.getStore(), ...fields }), fn);
};
