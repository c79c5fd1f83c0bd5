/**
 * - `invalid_phone`       not E.164; TeleSign was not asked
 * - `invalid_request`     TeleSign refuses a parameter (400)
 * - `unauthenticated`     customer id, key or signature (401)
 * - `account_restricted`  the account may not use the product (402, 403)
 * - `not_found`           no such resource, or the number is unknown (404)
 * - `rate_limited`        too many calls a second (429, code 10019)
 * - `quota_exceeded`      the account's hard cap (429, code 10020); repeating makes it worse
 * - `provider_failed`     TeleSign failed inside (500, code -90001)
 * - `unavailable`         no connection, no answer in time, or another 5xx
 * - `no_score`            an answer without a score: the look-up was only partly done
 * - `invalid_response`    an answer outside the documented shape
 * - `aborted`             the caller's signal, or `close()`
 */
export const TELESIGN_ERROR_CODES = [
  'invalid_phone',
  'invalid_request',
  'unauthenticated',
  'account_restricted',
  'not_found',
  'rate_limited',
  'quota_exceeded',
  'provider_failed',
  'unavailable',
  'no_score',
  'invalid_response',
  'aborted',
] as const;
export type TelesignErrorCode = (typeof TELESIGN_ERROR_CODES)[number];

const RETRYABLE: ReadonlySet<TelesignErrorCode> = new Set([
  'rate_limited',
  'provider_failed',
  'unavailable',
  'aborted',
]);

/** TeleSign's own numbers, for the cases where the HTTP status does not say enough. https://developer.telesign.com */
export const VENDOR_CODES: ReadonlyMap<number, TelesignErrorCode> = new Map<number, TelesignErrorCode>([
  [10008, 'unauthenticated'],
  [10012, 'unauthenticated'],
  [10013, 'unauthenticated'],
  [10014, 'unauthenticated'],
  [10015, 'unauthenticated'],
  [10017, 'not_found'],
  [10019, 'rate_limited'],
  [10020, 'quota_exceeded'],
  [10030, 'account_restricted'],
  [10032, 'invalid_request'],
  [10033, 'invalid_request'],
  [10041, 'invalid_request'],
  [11000, 'invalid_request'],
  [11001, 'invalid_request'],
  [11003, 'invalid_request'],
  [12000, 'invalid_request'],
  [12003, 'invalid_request'],
  [-90001, 'provider_failed'],
  [-10000, 'unavailable'],
]);

const STATUSES: Readonly<Record<number, TelesignErrorCode>> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  402: 'account_restricted',
  403: 'account_restricted',
  404: 'not_found',
  408: 'unavailable',
  425: 'unavailable',
  429: 'rate_limited',
};

export const codeOfStatus = (status: number): TelesignErrorCode =>
  STATUSES[status] ?? (status >= 500 ? 'unavailable' : 'invalid_response');

export type TelesignErrorOptions = {
  status?: number | undefined;
  vendorCode?: number | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
};

/** Why there is no score. Never holds the phone number, the e-mail address, a credential or an answer of TeleSign. */
export class TelesignError extends Error {
  override readonly name = 'TelesignError';
  readonly code: TelesignErrorCode;
  readonly retryable: boolean;
  readonly status: number | undefined;
  /** TeleSign's own number, for its support. */
  readonly vendorCode: number | undefined;
  readonly retryAfterMs: number | undefined;
  constructor(code: TelesignErrorCode, { status, vendorCode, retryAfterMs, cause }: TelesignErrorOptions = {}) {
    super(`No phone score: ${code}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.status = status;
    this.vendorCode = vendorCode;
    this.retryAfterMs = retryAfterMs;
  }
}
