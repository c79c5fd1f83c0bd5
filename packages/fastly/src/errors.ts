import { RequestError } from '@verifiedfan/request';

/**
 * - `invalid_key`       a key is empty, too long or holds a space; nothing was purged
 * - `unauthenticated`   the token, or its scope (401, 403)
 * - `not_found`         no such service, or the token may not see it (404)
 * - `rate_limited`      more purges than the account has in an hour (429)
 * - `unavailable`       no connection, no answer in time, or 5xx
 * - `invalid_response`  an answer outside the documented shape: nobody can tell whether anything was purged
 * - `aborted`           the caller's signal, or `close()`
 */
export const FASTLY_ERROR_CODES = [
  'invalid_key',
  'unauthenticated',
  'not_found',
  'rate_limited',
  'unavailable',
  'invalid_response',
  'aborted',
] as const;
export type FastlyErrorCode = (typeof FASTLY_ERROR_CODES)[number];

const RETRYABLE: ReadonlySet<FastlyErrorCode> = new Set(['rate_limited', 'unavailable', 'invalid_response', 'aborted']);

export type FastlyErrorOptions = {
  status?: number | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
};

/** Some keys may not have been purged. Purging again is harmless, so whoever can waits and repeats all of them. */
export class FastlyError extends Error {
  override readonly name = 'FastlyError';
  readonly code: FastlyErrorCode;
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  constructor(code: FastlyErrorCode, { status, retryAfterMs, cause }: FastlyErrorOptions = {}) {
    super(`Not purged: ${code}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

const BY_STATUS: Readonly<Record<number, FastlyErrorCode>> = {
  400: 'invalid_key',
  401: 'unauthenticated',
  403: 'unauthenticated',
  404: 'not_found',
  429: 'rate_limited',
};

const codeOf = ({ code, status = 0 }: RequestError): FastlyErrorCode => {
  if (code === 'aborted' || code === 'closed') return 'aborted';
  if (code === 'too_large' || code === 'invalid_response') return 'invalid_response';
  if (code === 'invalid_request') return 'invalid_key';
  return code === 'http_status' && status < 500 ? (BY_STATUS[status] ?? 'invalid_response') : 'unavailable';
};

/** What is not a `RequestError` is a mistake of ours and passes unchanged. */
export const toFastlyError = (error: unknown): unknown => {
  if (!(error instanceof RequestError)) return error;
  if (error.cause instanceof FastlyError) return error.cause;
  const { status, retryAfterMs, cause } = error;
  return new FastlyError(codeOf(error), { status, retryAfterMs, cause });
};
