import { createHash } from 'node:crypto';
import { GitlabError } from './errors.ts';
import type { Change } from './gitlab.ts';

const MAX_PATH = 255;
const MAX_CONTENT_BYTES = 262_144;
const PART = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** Throws `GitlabError` with `invalid_path` for what is not a file of the folder. Names that begin with a dot are never configuration. */
export const checkPath = (path: string, folder: string): void => {
  const inside = path.startsWith(`${folder}/`) && path.length <= MAX_PATH;
  if (!inside || !path.split('/').every((part) => PART.test(part))) throw new GitlabError('invalid_path');
};

/** Throws `GitlabError` with `invalid_content`. */
export const checkContent = ({ content, title }: Change): void => {
  const isTitle = title.trim() !== '' && title.length <= 255 && !/[\p{Cc}]/u.test(title);
  // A lone surrogate would be stored as another character than it was read.
  const isText = content.isWellFormed() && !content.includes('\0') && Buffer.byteLength(content) <= MAX_CONTENT_BYTES;
  if (!isTitle || !isText) throw new GitlabError('invalid_content');
};

/** The same for the same change of the same state, so that repeating a proposal finds it. */
export const branchOf = (path: string, content: string, basedOn: string | undefined): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify([path, content, basedOn ?? null]))
    .digest('hex');
  return `verifiedfan-${digest.slice(0, 20)}`;
};
