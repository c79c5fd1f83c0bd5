import { type CorrelationContext, currentContext } from './context.ts';
import { isCorrelationId } from './correlation-id.ts';
import { isTraceparent } from './traceparent.ts';

/** What a record or message carries about its origin, in its `meta`. */
export type CorrelationMeta = { correlation?: string; traceparent?: string };

/** Correlation and trace for the `meta` of an outgoing record, from the context under way unless another is given. */
export const correlationMeta = (context: CorrelationContext | undefined = currentContext()): CorrelationMeta => ({
  ...(context?.correlation === undefined ? {} : { correlation: context.correlation }),
  ...(context?.traceparent === undefined ? {} : { traceparent: context.traceparent }),
});

/** Reads the `meta` of an incoming record, which may be anything. What is missing or breaks its grammar is left out. */
export const readCorrelationMeta = (meta: unknown): CorrelationMeta => {
  if (typeof meta !== 'object' || meta === null) return {};
  const { correlation, traceparent } = meta as Record<string, unknown>;
  return {
    ...(isCorrelationId(correlation) ? { correlation } : {}),
    ...(isTraceparent(traceparent) ? { traceparent } : {}),
  };
};
