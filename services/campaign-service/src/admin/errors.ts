import { GitlabError } from '@verifiedfan/gitlab';
import { ServiceError } from '@verifiedfan/service';
import { retryAfter } from '../catalogue/index.ts';

/** Statuses of the errors of the configuration. */
export const ADMIN_ERRORS = {
  CONFIGURATION_NOT_FOUND: 404,
  CONFIGURATION_CONFLICT: 409,
  GITLAB_FAILED: 502,
  GITLAB_UNAVAILABLE: 503,
} as const;

export const configurationNotFound = (cause?: unknown): ServiceError =>
  new ServiceError({ code: 'CONFIGURATION_NOT_FOUND', message: 'There is no such file of the configuration', cause });

/** What the caller is told about GitLab. Everything that is not its error passes unchanged. */
export const toAdminError = (error: unknown): unknown => {
  if (!(error instanceof GitlabError)) return error;
  const { code, retryable, retryAfterMs } = error;
  if (code === 'invalid_path') return configurationNotFound(error);
  if (code === 'conflict') {
    const message = 'The file was changed in the meantime; read it again';
    return new ServiceError({ code: 'CONFIGURATION_CONFLICT', message, cause: error });
  }
  if (code === 'invalid_content') {
    const details = [
      { pointer: '/content', rule: 'text', message: 'Must be text of at most 256 KiB, with a title of one line' },
    ];
    return new ServiceError({
      code: 'VALIDATION_ERROR',
      message: 'The change cannot be proposed',
      details,
      cause: error,
    });
  }
  if (retryable) {
    const headers = retryAfter(retryAfterMs);
    const message = 'GitLab does not answer now; repeat the request';
    return new ServiceError({ code: 'GITLAB_UNAVAILABLE', message, headers, retryable, cause: error });
  }
  return new ServiceError({ code: 'GITLAB_FAILED', message: 'GitLab refuses what it was asked', cause: error });
};
