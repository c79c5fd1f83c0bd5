import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PortError } from '@verifiedfan/ports';

/** The owner of a data directory, as it introduced itself. */
export type Owner = { pid: number; command: string };

/** Another process owns the directory; `owner` is known unless it died while introducing itself. */
export class DirectoryOwnedError extends Error {
  override readonly name = 'DirectoryOwnedError';
  readonly code = 'locked';
  readonly retryable = true;
  readonly owner: Owner | undefined;
  constructor(directory: string, owner: Owner | undefined) {
    super(
      `${directory} is in use by ${owner === undefined ? 'another process' : `process ${owner.pid} (${owner.command})`}`,
    );
    this.owner = owner;
  }
}

/**
 * Takes a data directory for this process. The lock is SQLite's lock on a file: the operating system takes it back when the process dies
 * in whatever way, which a file with a pid in it does not give. Throws `DirectoryOwnedError`, or `PortError` when the directory
 * cannot be made or written.
 */
export const ownDirectory = (directory: string, owner: Owner): { release(): void } => {
  const lock = openLock(directory);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS owner (pid INTEGER)');
  } catch (cause) {
    lock.close();
    if (isBusy(cause)) throw new DirectoryOwnedError(directory, readOwner(directory));
    throw notWritable(directory, cause);
  }
  try {
    writeFileSync(ownerFile(directory), JSON.stringify(owner), { mode: 0o600 });
  } catch (cause) {
    lock.close();
    throw notWritable(directory, cause);
  }
  let isReleased = false;
  return {
    release() {
      if (isReleased) return;
      isReleased = true;
      // While the lock is still held: afterwards it could be the file of the next owner.
      rmSync(ownerFile(directory), { force: true });
      lock.close();
    },
  };
};

const ownerFile = (directory: string): string => join(directory, 'owner.json');

const openLock = (directory: string): DatabaseSync => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return new DatabaseSync(join(directory, 'owner.lock'), { timeout: 0 });
  } catch (cause) {
    throw notWritable(directory, cause);
  }
};

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && [5, 6].includes(Number(error.errcode) & 0xff);

const SQLITE_FULL = 13;

/** A full disk by its code, never by its message, in which the path could say anything. */
const isFull = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) ||
    ('errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_FULL));

const notWritable = (directory: string, cause: unknown): PortError =>
  isFull(cause)
    ? new PortError({ code: 'disk_full', message: `there is no space left for the data directory ${directory}`, cause })
    : new PortError({
        code: 'read_only',
        message: `the data directory ${directory} cannot be written; choose another with --data`,
        cause,
      });

/** Who introduced itself last; it may be gone. Undefined when nobody did, or is just doing it. */
export const readOwner = (directory: string): Owner | undefined => {
  try {
    return JSON.parse(readFileSync(ownerFile(directory), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
};
