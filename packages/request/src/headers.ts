import type { HeaderSource, Headers } from './options.ts';

const CORRELATION = /^[A-Za-z0-9._-]{1,128}$/;
// https://www.w3.org/TR/trace-context/#traceparent-header
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;

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
  ...(correlation !== undefined && CORRELATION.test(correlation) && { 'x-correlation-id': correlation }),
  ...(traceparent !== undefined && TRACEPARENT.test(traceparent) && { traceparent }),
});
