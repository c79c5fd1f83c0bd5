import { RequestError } from '@verifiedfan/request';
import { field } from './fields.ts';

/**
 * - `invalid_query`     the query is outside its limits, or Discovery refuses it (400)
 * - `unauthenticated`   the key (401, 403)
 * - `rate_limited`      too many calls a second: of this process, or the vendor's spike arrest (429)
 * - `quota_exceeded`    the day's calls are used up (429); nothing is asked until `retryAfterMs` has passed
 * - `unavailable`       no connection, no answer in time, or 5xx
 * - `invalid_response`  an answer outside the documented shape
 * - `aborted`           the caller's signal, or `close()`
 */
export const DISCOVERY_ERROR_CODES = [
  'invalid_query',
  'unauthenticated',
  'rate_limited',
  'quota_exceeded',
  'unavailable',
  'invalid_response',
  'aborted',
] as const;
export type DiscoveryErrorCode = (typeof DISCOVERY_ERROR_CODES)[number];

const RETRYABLE: ReadonlySet<DiscoveryErrorCode> = new Set([
  'rate_limited',
  'quota_exceeded',
  'unavailable',
  'aborted',
]);

export type DiscoveryErrorOptions = {
  status?: number | undefined;
  vendorCode?: string | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
};

/** Why there is no answer. Holds neither the key nor what was searched for. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
  readonly code: DiscoveryErrorCode;
  readonly retryable: boolean;
  readonly status: number | undefined;
  /** Discovery's own code, such as `DIS1035`, for its support. */
  readonly vendorCode: string | undefined;
  /** When to ask again, in milliseconds from now, where that is known. */
  readonly retryAfterMs: number | undefined;
  constructor(code: DiscoveryErrorCode, { status, vendorCode, retryAfterMs, cause }: DiscoveryErrorOptions = {}) {
    super(`No answer of Discovery: ${code}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.status = status;
    this.vendorCode = vendorCode;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The gateway's code or the application's; undefined for anything else, which might hold anything. */
export const vendorCodeOf = (body: unknown): string | undefined => {
  const errors = field(body, 'errors');
  const code =
    field(field(field(body, 'fault'), 'detail'), 'errorcode') ??
    (Array.isArray(errors) ? field(errors[0], 'code') : undefined);
  return typeof code === 'string' && /^[A-Za-z0-9.]{1,64}$/.test(code) ? code : undefined;
};

export const QUOTA = 'policies.ratelimit.QuotaViolation';

const codeOf = ({ code, status = 0 }: RequestError, vendorCode: string | undefined): DiscoveryErrorCode => {
  if (code === 'aborted' || code === 'closed') return 'aborted';
  if (code === 'too_large' || code === 'invalid_response') return 'invalid_response';
  if (code === 'invalid_request') return 'invalid_query';
  if (code !== 'http_status' || status === 408 || status === 425 || status >= 500) return 'unavailable';
  if (status === 429) return vendorCode === QUOTA ? 'quota_exceeded' : 'rate_limited';
  if (status === 401 || status === 403) return 'unauthenticated';
  return status === 400 ? 'invalid_query' : 'invalid_response';
};

/** What is not a `RequestError` is a mistake of ours and passes unchanged. */
export const toDiscoveryError = (error: unknown): unknown => {
  if (!(error instanceof RequestError)) return error;
  if (error.cause instanceof DiscoveryError) return error.cause;
  const vendorCode = vendorCodeOf(error.body);
  const { status, retryAfterMs } = error;
  // Of the failed request only the socket's own error is passed on: its body may quote what was searched for.
  return new DiscoveryError(codeOf(error, vendorCode), { status, vendorCode, retryAfterMs, cause: error.cause });
};
