import type { ResponseBody } from '@verifiedfan/request';
import { GitlabError } from './errors.ts';
import type { ConfigurationFile } from './gitlab.ts';

const field = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? (body as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** A missing file; a missing project or branch is 404 too, and a fault of the set-up. */
export const readFileAnswer =
  (path: string) =>
  (body: ResponseBody, { status }: { status: number }): ConfigurationFile | undefined => {
    if (status === 404) {
      if (/file not found/i.test(String(field(body, 'message')))) return undefined;
      throw new GitlabError('not_found', { status });
    }
    const [content, encoding, last] = ['content', 'encoding', 'last_commit_id'].map((name) => field(body, name));
    if (typeof content !== 'string' || encoding !== 'base64' || typeof last !== 'string' || last === '') {
      throw new GitlabError('invalid_response', { status });
    }
    return { path, content: Buffer.from(content, 'base64').toString('utf8'), lastCommitId: last };
  };

export type MergeRequest = { number: number; url: string };

const mergeRequestOf = (value: unknown): MergeRequest | undefined => {
  const [number, url] = [field(value, 'iid'), field(value, 'web_url')];
  const isUrl = typeof url === 'string' && /^https?:\/\//.test(url);
  return Number.isSafeInteger(number) && isUrl ? { number: Number(number), url } : undefined;
};

/** The merge request that was made; undefined when there is one (409). */
export const readMade = (body: ResponseBody, { status }: { status: number }): MergeRequest | undefined => {
  if (status === 409) return undefined;
  const made = mergeRequestOf(body);
  if (made === undefined) throw new GitlabError('invalid_response', { status });
  return made;
};

/** The first of a list. */
export const readFound = (body: ResponseBody): MergeRequest => {
  const found = Array.isArray(body) ? mergeRequestOf(body[0]) : undefined;
  if (found === undefined) throw new GitlabError('invalid_response');
  return found;
};

/** Whether a commit was made; false when GitLab refused it (400), for whatever reason. */
export const readCommitted = (body: ResponseBody, { status }: { status: number }): boolean => {
  if (status === 400) return false;
  if (typeof field(body, 'id') !== 'string') throw new GitlabError('invalid_response', { status });
  return true;
};
