import type { Random } from '@verifiedfan/ports';
import { type CorrelationContext, currentContext } from './context.ts';
import { isCorrelationId } from './correlation-id.ts';
import { parseTraceparent } from './traceparent.ts';

/** In and out, and repeated on the response. */
export const CORRELATION_HEADER = 'x-correlation-id';
/** Read where the first is missing or bad; never written. */
export const REQUEST_ID_HEADER = 'x-request-id';
export const TRACEPARENT_HEADER = 'traceparent';

/** Headers as `node:http` gives them: names in lower case. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
export type Correlated = { correlation: string; traceparent?: string };

/**
 * Correlation of an incoming request: `x-correlation-id`, else `x-request-id`, else a new UUID. A bad or repeated header counts as
 * missing. `traceparent` only when it is valid.
 */
export const correlationFromHeaders = (headers: IncomingHeaders, random: Pick<Random, 'uuid'>): Correlated => {
  const correlation = [headers[CORRELATION_HEADER], headers[REQUEST_ID_HEADER]].find(isCorrelationId) ?? random.uuid();
  const traceparent = headers[TRACEPARENT_HEADER];
  if (typeof traceparent !== 'string' || parseTraceparent(traceparent) === undefined) return { correlation };
  return { correlation, traceparent };
};

/**
 * Headers for a call to a service of our own, from the context under way unless another is given; empty where there is nothing to say.
 * Not for third parties: ids of ours tell them which calls belong together.
 */
export const correlationHeaders = (
  context: CorrelationContext | undefined = currentContext(),
): Record<string, string> => ({
  ...(context?.correlation === undefined ? {} : { [CORRELATION_HEADER]: context.correlation }),
  ...(context?.traceparent === undefined ? {} : { [TRACEPARENT_HEADER]: context.traceparent }),
});
