import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectInfo } from '@verifiedfan/ports';
import { fileNameOf, filePathOf } from './keys.ts';

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

/**
 * Puts folder and index in step after a crash: files that no row knows are uploads that never became visible, and go. Answers the
 * uploads whose bytes are missing or of another length.
 */
export const sweepFolder = (folder: string, uploads: readonly ObjectInfo[]): ObjectInfo[] => {
  const known = new Set(uploads.map(({ key, version }) => fileNameOf(key, version)));
  for (const part of namesIn(folder)) {
    for (const name of namesIn(join(folder, part))) {
      if (!known.has(name)) rmSync(join(folder, part, name), { force: true });
    }
  }
  return uploads.filter(({ key, version, size }) => sizeOf(filePathOf(folder, fileNameOf(key, version))) !== size);
};
