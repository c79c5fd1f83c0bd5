import { type CallOptions, createRequest, type Normaliser } from '@verifiedfan/request';
import { type MergeRequest, readCommitted, readFileAnswer, readFound, readMade } from './answers.ts';
import { branchOf, checkContent, checkPath } from './checks.ts';
import { withoutQuickActions } from './description.ts';
import { GitlabError, toGitlabError } from './errors.ts';
import type { CallContext, Change, ConfigurationFile, Gitlab, GitlabOptions } from './gitlab.ts';

/** Reads and proposes through GitLab's REST API v4. */
export const createGitlab = (options: GitlabOptions): Gitlab => {
  const { token, project, folder = 'config', targetBranch = 'main', ...rest } = options;
  const { baseUrl = 'https://gitlab.com/api/v4', timeoutMs = 10_000, ...transport } = rest;
  const headers = { 'private-token': token };
  const request = createRequest({ ...transport, timeoutMs, baseUrl, headers, upstream: 'gitlab' });
  const root = `/projects/${encodeURIComponent(project)}`;

  const call = async <Answer>(about: CallOptions, normalise: Normaliser<Answer>): Promise<Answer> => {
    try {
      return await request({ ...about, normalise });
    } catch (error) {
      throw toGitlabError(error);
    }
  };

  /** As JSON with base64: the raw file would be taken for JSON where it is JSON, and its exact text lost. */
  const read = (path: string, ref: string, context: CallContext): Promise<ConfigurationFile | undefined> => {
    const about = { path: `${root}/repository/files/${encodeURIComponent(path)}`, query: { ref }, alsoAccept: [404] };
    return call({ ...about, ...context }, readFileAnswer(path));
  };

  /** One call makes the branch and its commit, or neither. */
  const commit = (
    { path, content, title }: Change,
    { branch, current, context }: { branch: string; current: ConfigurationFile | undefined; context: CallContext },
  ): Promise<boolean> => {
    const about = { file_path: path, content: Buffer.from(content).toString('base64'), encoding: 'base64' };
    const action =
      current === undefined
        ? { ...about, action: 'create' }
        : { ...about, action: 'update', last_commit_id: current.lastCommitId };
    const json = { branch, start_branch: targetBranch, commit_message: title, actions: [action] };
    const post = { method: 'POST', path: `${root}/repository/commits`, json };
    // Repeating it is refused, since the branch is there already; then it is looked at.
    return call({ ...post, idempotent: true, alsoAccept: [400], ...context }, readCommitted);
  };

  const requestMerge = async (
    branch: string,
    { title, description = '' }: Change,
    context: CallContext,
  ): Promise<MergeRequest> => {
    const path = `${root}/merge_requests`;
    const between = { source_branch: branch, target_branch: targetBranch };
    const json = { ...between, title, description: withoutQuickActions(description), remove_source_branch: true };
    // There is one open merge request between two branches at most, so that repeating it makes no second.
    const post = { method: 'POST', path, json, idempotent: true, alsoAccept: [409] };
    const made = await call({ ...post, ...context }, readMade);
    return made ?? call({ path, query: { ...between, state: 'opened' }, ...context }, readFound);
  };

  /** What the branch of a proposal holds; undefined when there is no such branch. */
  const proposedOn = async (branch: string, path: string, context: CallContext) => {
    try {
      return await read(path, branch, context);
    } catch (error) {
      if (error instanceof GitlabError && error.code === 'not_found') return undefined;
      throw error;
    }
  };

  return {
    async readFile({ path, signal, correlation }) {
      checkPath(path, folder);
      return read(path, targetBranch, { signal, correlation });
    },
    async proposeChange({ signal, correlation, ...change }) {
      const { path, content, basedOn } = change;
      const context = { signal, correlation };
      checkPath(path, folder);
      checkContent(change);
      const current = await read(path, targetBranch, context);
      if (basedOn !== undefined && basedOn !== (current?.lastCommitId ?? null)) throw new GitlabError('conflict');
      if (current?.content === content) return { outcome: 'unchanged' };
      const branch = branchOf(path, content, current?.lastCommitId);
      if (!(await commit(change, { branch, current, context }))) {
        // Refused: because it was done before, because the file has changed just now, or because it never will be taken.
        const [proposed, now] = [await proposedOn(branch, path, context), await read(path, targetBranch, context)];
        if (now?.lastCommitId !== current?.lastCommitId) throw new GitlabError('conflict');
        if (proposed?.content !== content) throw new GitlabError('rejected', { status: 400 });
      }
      return { outcome: 'proposed', ...(await requestMerge(branch, change, context)), branch };
    },
    close: () => request.close(),
  };
};
