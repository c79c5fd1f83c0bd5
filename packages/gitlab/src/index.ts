/** A project's configuration in GitLab: reading a file, and proposing a change. */
export { createGitlab } from './client.ts';
export { GITLAB_ERROR_CODES, GitlabError, type GitlabErrorCode, type GitlabErrorOptions } from './errors.ts';
export type { CallContext, Change, ConfigurationFile, Gitlab, GitlabOptions, Proposal } from './gitlab.ts';
