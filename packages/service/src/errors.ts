import type { ValidationDetail } from '@verifiedfan/schema';

/** What the pipeline itself answers. A service adds its own types with `errors` of `createServiceServer`. */
export const PIPELINE_ERRORS = {
  VALIDATION_ERROR: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  IDEMPOTENCY_KEY_REUSED: 409,
  VERSION_CONFLICT: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  EXPECTATION_FAILED: 417,
  PRECONDITION_REQUIRED: 428,
  HEADERS_TOO_LARGE: 431,
  CLIENT_CLOSED_REQUEST: 499,
  INTERNAL_ERROR: 500,
  UNAVAILABLE: 503,
} as const satisfies Record<string, number>;

/** Where an input stood that is not in the body: pointers of the body start at the body itself. */
export type ErrorDetail = ValidationDetail & { in?: 'path' | 'query' | 'header' };

export type ServiceErrorOptions = {
  /** A type of `PIPELINE_ERRORS` or of the service's own `errors`; it decides the status. */
  code: string;
  /** For the caller to read: no values, no personal data. */
  message: string;
  details?: readonly ErrorDetail[] | undefined;
  /** Headers of the answer, such as `allow` or `retry-after`. */
  headers?: Readonly<Record<string, string>> | undefined;
  retryable?: boolean;
  cause?: unknown;
};

/** An error that is meant for the caller. Managers may throw errors of their own instead, as long as `code` is a declared type. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly retryable: boolean;
  constructor({ code, message, details, headers = {}, retryable = false, cause }: ServiceErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    this.headers = headers;
    this.retryable = retryable;
  }
}

/** What is answered for an error. */
export type Failure = {
  status: number;
  type: string;
  message: string;
  details?: readonly ErrorDetail[] | undefined;
  headers: Readonly<Record<string, string>>;
};

/** Statuses by error type; own properties only, so that a code such as `constructor` finds nothing. */
export type ErrorStatuses = Readonly<Record<string, number>>;

const propertyOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

/**
 * Turns any error into an answer. Declared types speak for themselves; an error that says it is `retryable` is 503 with `retry-after`,
 * because the caller may repeat the request; everything else is 500 and says nothing about the inside.
 */
export const toFailure = (error: unknown, statuses: ErrorStatuses): Failure => {
  const code = propertyOf(error, 'code');
  const status = typeof code === 'string' && Object.hasOwn(statuses, code) ? statuses[code] : undefined;
  if (error instanceof Error && typeof code === 'string' && status !== undefined) {
    const details = propertyOf(error, 'details');
    return {
      status,
      type: code,
      message: error.message,
      details: Array.isArray(details) ? details : undefined,
      headers: (propertyOf(error, 'headers') ?? {}) as Record<string, string>,
    };
  }
  if (propertyOf(error, 'retryable') === true) {
    const headers = { 'retry-after': '1' };
    return { status: 503, type: 'UNAVAILABLE', message: 'The service cannot answer now; repeat the request', headers };
  }
  return { status: 500, type: 'INTERNAL_ERROR', message: 'The request failed', headers: {} };
};
