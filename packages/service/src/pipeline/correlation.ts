import { correlationFromHeaders, runWithCorrelation } from '@verifiedfan/correlation';
import type { Random } from '@verifiedfan/ports';
import type { Serve } from '../exchange.ts';

/** Takes the correlation id of the caller, or makes one, and keeps it for everything that happens inside and for the answer. */
export const correlate =
  ({ random }: { random: Pick<Random, 'uuid'> }, serve: Serve): Serve =>
  (context) => {
    const correlated = correlationFromHeaders(context.headers, random);
    context.state.exchange = { correlation: correlated.correlation, template: 'unmatched', params: {} };
    // The request's own span, where it is traced, is the parent of what happens inside; else whatever the caller sent.
    const { traceparent = correlated.traceparent } = context.state;
    return runWithCorrelation({ ...correlated, traceparent }, () => serve(context));
  };
