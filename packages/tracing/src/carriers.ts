import { currentContext, parseTraceparent, TRACEPARENT_HEADER } from '@verifiedfan/correlation';

/** The `traceparent` of the work under way: inside a span its own, otherwise the one that came from outside. */
export const currentTraceparent = (): string | undefined => currentContext()?.traceparent;

/** A copy of headers, attributes or `meta` with the `traceparent` of the work under way, where there is one. */
export const injectTraceparent = <Carrier extends object>(carrier: Carrier): Carrier & { traceparent?: string } => {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? { ...carrier } : { ...carrier, [TRACEPARENT_HEADER]: traceparent };
};

/** The valid `traceparent` of headers (names in lower case) or `meta`; undefined means that a new trace begins here. */
export const extractTraceparent = (carrier: unknown): string | undefined => {
  if (typeof carrier !== 'object' || carrier === null) return undefined;
  const { traceparent } = carrier as { traceparent?: unknown };
  return typeof traceparent === 'string' && parseTraceparent(traceparent) !== undefined ? traceparent : undefined;
};
