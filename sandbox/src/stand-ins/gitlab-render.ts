import { createHash } from 'node:crypto';
import type { JsonObject } from '@verifiedfan/ports';
import { json, type StandInAnswer } from '../stand-in.ts';
import type { MergeRequest } from './gitlab-repository.ts';

/** The one project goes by this number too. */
export const PROJECT_NUMBER = '7';

/** `last` is the commit that wrote the file, `commit` the newest of the ref. */
export type FoundFile = { content: string; bytes: Buffer; blob: string; last: string; commit: string };

const headersOf = (path: string, ref: string, { bytes, blob, last, commit }: FoundFile): Record<string, string> => ({
  'x-gitlab-blob-id': blob,
  'x-gitlab-commit-id': commit,
  'x-gitlab-file-path': path,
  'x-gitlab-last-commit-id': last,
  'x-gitlab-ref': ref,
  'x-gitlab-size': String(bytes.length),
});

export const renderFile = (path: string, ref: string, found: FoundFile): StandInAnswer =>
  json(
    {
      file_name: path.split('/').at(-1) ?? path,
      file_path: path,
      size: found.bytes.length,
      encoding: 'base64',
      content: found.bytes.toString('base64'),
      content_sha256: createHash('sha256').update(found.bytes).digest('hex'),
      ref,
      blob_id: found.blob,
      commit_id: found.commit,
      last_commit_id: found.last,
      execute_filemode: false,
    },
    { headers: headersOf(path, ref, found) },
  );

export const renderRaw = (path: string, ref: string, found: FoundFile): StandInAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headersOf(path, ref, found) },
  body: found.content,
});

export const renderMergeRequest = (request: MergeRequest, web: (path: string) => string): JsonObject => ({
  id: 90 + request.iid,
  iid: request.iid,
  project_id: Number(PROJECT_NUMBER),
  title: request.title,
  description: request.description,
  state: request.state,
  source_branch: request.source,
  target_branch: request.target,
  sha: request.sha,
  created_at: request.createdAt,
  detailed_merge_status: 'mergeable',
  web_url: web(`merge_requests/${request.iid}`),
});
