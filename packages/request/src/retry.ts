import type { Random } from '@verifiedfan/ports';

/**
 * The wait that a `Retry-After` header asks for, in milliseconds from `nowMs`; undefined when there is none or it is not in the grammar
 * (whole seconds or an HTTP date): https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. A date in the past is 0.
 */
export const parseRetryAfter = (value: string | undefined, nowMs: number): number | undefined => {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Date.parse takes nearly anything, `-5` and `1.5` included; every form of an HTTP date begins with the name of a day.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
};

export type BackoffOptions = { attempt: number; baseMs: number; capMs: number; random: Random };

/** Full jitter, so that a thousand callers who failed together do not come back together. `attempt` is the one that failed, from 1. */
export const backoffMs = ({ attempt, baseMs, capMs, random }: BackoffOptions): number =>
  Math.floor(random.next() * Math.min(capMs, baseMs * 2 ** (attempt - 1)));

/** 408 request timeout, 425 too early, 429 too many requests, and every 5xx. */
export const isTransientStatus = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || (status >= 500 && status <= 599);

/** The statuses whose `Retry-After` is honoured. */
export const mayAskToWait = (status: number): boolean => status === 429 || status === 503;
