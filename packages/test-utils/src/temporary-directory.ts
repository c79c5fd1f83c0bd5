import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a test, a suite's `after` or any other owner offers to be told of its end. */
export type Owner = { after(cleanUp: () => void): void };

export type TemporaryDirectory = {
  readonly path: string;
  /** The path of a file or folder in it; nothing is created. */
  join(...parts: string[]): string;
  /** Removes the directory with everything in it; a second call does nothing. */
  remove(): void;
  [Symbol.dispose](): void;
};

/**
 * A fresh directory below the system's temporary one. It is removed at the end of the test that is given as `owner`, or at the end of
 * the block with `using directory = temporaryDirectory()`, also when the test fails.
 */
export const temporaryDirectory = (owner?: Owner): TemporaryDirectory => {
  const path = mkdtempSync(join(tmpdir(), 'verifiedfan-'));
  // A database that is still closing may hold or create files for a moment, hence the retries.
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  owner?.after(remove);
  return { path, join: (...parts) => join(path, ...parts), remove, [Symbol.dispose]: remove };
};
