import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { UsageError } from '../output/io.ts';

/** Throws `UsageError` unless there is a file that can be read. */
export const checkFile = async (path: string): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UsageError(`there is no file ${path}`);
  if (!found.isFile()) throw new UsageError(`${path} is not a file`);
  await access(path, constants.R_OK).catch(() => {
    throw new UsageError(`${path} may not be read by this user`);
  });
};

/** Reads a JSON document; throws `UsageError` for what is none. */
export const readJsonFile = async (path: string): Promise<unknown> => {
  await checkFile(path);
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // The message may quote the document, and documents may hold personal data: the place alone is told.
    const [place] = /line \d+ column \d+/.exec(error instanceof Error ? error.message : '') ?? [];
    throw new UsageError(`${path} is not JSON${place === undefined ? '' : ` (${place})`}`);
  }
};
