import { RequestError } from '@verifiedfan/request';

/**
 * - `invalid_path`      not a file of the configuration folder; GitLab was not asked
 * - `invalid_content`   not text, or too long; GitLab was not asked
 * - `conflict`          the file was changed since it was read
 * - `unauthenticated`   the token, or its scope (401, 403)
 * - `not_found`         no such project or branch, or the token may not see it (404)
 * - `rejected`          GitLab refuses the change (other 4xx)
 * - `rate_limited`      429
 * - `unavailable`       no connection, no answer in time, or 5xx
 * - `invalid_response`  an answer outside the documented shape
 * - `aborted`           the caller's signal, or `close()`
 */
export const GITLAB_ERROR_CODES = [
  'invalid_path',
  'invalid_content',
  'conflict',
  'unauthenticated',
  'not_found',
  'rejected',
  'rate_limited',
  'unavailable',
  'invalid_response',
  'aborted',
] as const;
export type GitlabErrorCode = (typeof GITLAB_ERROR_CODES)[number];

const RETRYABLE: ReadonlySet<GitlabErrorCode> = new Set(['rate_limited', 'unavailable', 'aborted']);

export type GitlabErrorOptions = {
  status?: number | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
};

/** Nothing was proposed, as far as anybody can tell; proposing the same again is harmless. Holds neither token nor content. */
export class GitlabError extends Error {
  override readonly name = 'GitlabError';
  readonly code: GitlabErrorCode;
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  constructor(code: GitlabErrorCode, { status, retryAfterMs, cause }: GitlabErrorOptions = {}) {
    super(`GitLab: ${code}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

const BY_STATUS: Readonly<Record<number, GitlabErrorCode>> = {
  401: 'unauthenticated',
  403: 'unauthenticated',
  404: 'not_found',
  408: 'unavailable',
  429: 'rate_limited',
};

const codeOf = ({ code, status = 0 }: RequestError): GitlabErrorCode => {
  if (code === 'aborted' || code === 'closed') return 'aborted';
  if (code === 'too_large' || code === 'invalid_response') return 'invalid_response';
  if (code === 'invalid_request') return 'rejected';
  return code === 'http_status' && status < 500 ? (BY_STATUS[status] ?? 'rejected') : 'unavailable';
};

/** What is not a `RequestError` is a mistake of ours and passes unchanged. */
export const toGitlabError = (error: unknown): unknown => {
  if (!(error instanceof RequestError)) return error;
  if (error.cause instanceof GitlabError) return error.cause;
  const { status, retryAfterMs, cause } = error;
  // The body may quote the file.
  return new GitlabError(codeOf(error), { status, retryAfterMs, cause });
};
