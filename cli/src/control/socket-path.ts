import { createHash } from 'node:crypto';
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The longest path that a Unix socket takes is 108 bytes on Linux and 104 on macOS (`sun_path`), with the byte that ends it. */
const MAX_SOCKET_PATH_BYTES = 100;

/** Where the owner of a data directory listens: in the directory, or under a short name of its own where that path is too long. */
export const socketPath = (dataDirectory: string): string => {
  const path = join(realPath(dataDirectory), 'control.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  return join(tmpdir(), `verifiedfan-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
};

/** A directory may be reached by several names, and has one socket. */
const realPath = (directory: string): string => {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
};

/** Whether a socket of this user is there: in a shared temporary folder anybody could have put another one in its place. */
export const isOwnSocket = (path: string): boolean => {
  const found = statOf(path);
  return found?.isSocket() === true && (process.getuid === undefined || found.uid === process.getuid());
};

/** Undefined for what cannot be looked at, too (a file in the place of the directory): taking the directory says what is wrong with it. */
const statOf = (path: string): Stats | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};
