import { CORRELATION_HEADER, isCorrelationId, isTraceparent, TRACEPARENT_HEADER } from '@verifiedfan/correlation';
import type { HeaderSource, Headers } from './options.ts';

const DEFAULTS: Headers = { accept: 'application/json', 'user-agent': 'verifiedfan-request/0.1.0' };

/** Later sources win; names are compared and sent in lower case. Sources that are functions are asked now. */
export const mergeHeaders = async (sources: readonly (HeaderSource | undefined)[]): Promise<Record<string, string>> => {
  const merged: Record<string, string> = { ...DEFAULTS };
  for (const source of sources) {
    const headers = typeof source === 'function' ? await source() : source;
    for (const [name, value] of Object.entries(headers ?? {})) merged[name.toLowerCase()] = value;
  }
  return merged;
};

export type Propagated = { correlation: string | undefined; traceparent: string | undefined };

/** Values outside their grammar are left out, so that nobody smuggles in another header or a log line. */
export const propagationHeaders = ({ correlation, traceparent }: Propagated): Headers => ({
  ...(correlation !== undefined && isCorrelationId(correlation) && { [CORRELATION_HEADER]: correlation }),
  ...(traceparent !== undefined && isTraceparent(traceparent) && { [TRACEPARENT_HEADER]: traceparent }),
});
