import { isObject, parseJson, type StandInRequest } from '../stand-in.ts';
import type { FileAction, Repository } from './gitlab-repository.ts';

/** Parameters from the query and a JSON or form body, as Grape takes them. */
export const parametersOf = ({ query, body, headers }: StandInRequest): Record<string, unknown> => {
  const form = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const parsed = form ? Object.fromEntries(new URLSearchParams(body)) : parseJson(body);
  return { ...Object.fromEntries(query), ...(isObject(parsed) ? parsed : {}) };
};

/** The first parameter of a list that is not there. */
export const missing = (parameters: Record<string, unknown>, names: readonly string[]): string | undefined =>
  names.find((name) => parameters[name] === undefined || parameters[name] === '');

const decode = (content: unknown, encoding: unknown): string =>
  encoding === 'base64' ? Buffer.from(String(content ?? ''), 'base64').toString() : String(content ?? '');

/** The actions of a commit; undefined when they are none. */
export const readActions = (value: unknown): FileAction[] | undefined => {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const actions = value.map((each): FileAction | undefined => {
    if (!isObject(each) || typeof each.file_path !== 'string') return undefined;
    if (each.action !== 'create' && each.action !== 'update' && each.action !== 'delete') return undefined;
    return {
      action: each.action,
      file_path: each.file_path,
      content: decode(each.content, each.encoding),
      ...(typeof each.last_commit_id === 'string' ? { last_commit_id: each.last_commit_id } : {}),
    };
  });
  return actions.some((action) => action === undefined) ? undefined : (actions as FileAction[]);
};

/** Why a commit cannot be made, in GitLab's words; undefined when it can. */
export const refusalOf = (
  repository: Repository,
  { branch, startBranch, actions }: { branch: string; startBranch: string | undefined; actions: readonly FileAction[] },
): string | undefined => {
  const exists = repository.branch(branch) !== undefined;
  if (startBranch !== undefined && startBranch !== branch && exists) {
    return `A branch called '${branch}' already exists. Switch to that branch in order to make changes`;
  }
  const base = repository.branch(startBranch ?? branch);
  if (base === undefined) return 'You can only create or edit files when you are on a branch';
  for (const { action, file_path: path, last_commit_id: seen } of actions) {
    const stored = base.files.get(path);
    if (action === 'create' && stored !== undefined) return 'A file with this name already exists';
    if (action !== 'create' && stored === undefined) return "A file with this name doesn't exist";
    if (seen !== undefined && stored !== undefined && stored.commitId !== seen) {
      return 'You are attempting to update a file that has changed since you started editing it.';
    }
  }
  return undefined;
};
