import type { JsonValue } from '@verifiedfan/ports';

/**
 * - `invalid_request`    the call is wrong in itself (path, header, body); nothing was sent
 * - `connect_failed`     no connection: refused, unknown host, TLS, connect time-out; nothing was sent
 * - `network`            the connection broke after the request had begun; the outcome is unknown
 * - `timeout`            one attempt took longer than `timeoutMs`
 * - `deadline_exceeded`  the whole call, waits included, took longer than `deadlineMs`
 * - `http_status`        an answer outside 200–299 that the caller did not name in `alsoAccept`
 * - `too_large`          the answer is longer than `maxResponseBytes`
 * - `invalid_response`   the caller's normaliser refused the answer; never retried
 * - `aborted`            the caller's signal
 * - `closed`             `close()` was called before
 */
export const REQUEST_ERROR_CODES = [
  'invalid_request',
  'connect_failed',
  'network',
  'timeout',
  'deadline_exceeded',
  'http_status',
  'too_large',
  'invalid_response',
  'aborted',
  'closed',
] as const;
export type RequestErrorCode = (typeof REQUEST_ERROR_CODES)[number];

export type RequestErrorOptions = {
  code: RequestErrorCode;
  upstream: string;
  attempts: number;
  retryable: boolean;
  outcomeUnknown: boolean;
  status?: number | undefined;
  retryAfterMs?: number | undefined;
  correlation?: string | undefined;
  body?: JsonValue | undefined;
  cause?: unknown;
};

/** The one error of this package. No field and no message holds a URL, a header or an unredacted body. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: RequestErrorCode;
  /** What was called: the name given to `createRequest`, or the host. */
  readonly upstream: string;
  /** HTTP status of the last answer, when there was one. */
  readonly status: number | undefined;
  /** The same call may be made again: the failure may pass, and repeating cannot do the thing twice. */
  readonly retryable: boolean;
  /** Some attempt may have taken effect: it was sent, and no answer says that nothing was done. Look it up before repeating. */
  readonly outcomeUnknown: boolean;
  /** How many times the upstream was called. */
  readonly attempts: number;
  /** What the upstream asked for with 429 or 503, in milliseconds from its answer. */
  readonly retryAfterMs: number | undefined;
  readonly correlation: string | undefined;
  /** The answer to a refused call: redacted, and at most 2,048 characters as JSON. */
  readonly body: JsonValue | undefined;

  constructor(options: RequestErrorOptions) {
    super(describe(options), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.upstream = options.upstream;
    this.status = options.status;
    this.retryable = options.retryable;
    this.outcomeUnknown = options.outcomeUnknown;
    this.attempts = options.attempts;
    this.retryAfterMs = options.retryAfterMs;
    this.correlation = options.correlation;
    this.body = options.body;
  }
}

const describe = ({ code, upstream, status, attempts }: RequestErrorOptions): string => {
  const what = status === undefined ? code : `${code} ${status}`;
  return `${upstream}: ${what} after ${attempts} ${attempts === 1 ? 'call' : 'calls'}`;
};
