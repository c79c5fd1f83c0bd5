import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Bytes of a hash that name a file; keys that share them share nothing else, because the version follows. */
const NAME_DIGITS = 32;

/**
 * The name of the file that holds one upload. A key is a name and not a path: what it says (`..`, slashes, names a file system
 * reserves or is too short for) never reaches the file system.
 */
export const fileNameOf = (key: string, version: string): string =>
  `${createHash('sha256').update(key).digest('hex').slice(0, NAME_DIGITS)}-${version}`;

/** Two levels keep folders small where there are many objects. */
export const filePathOf = (folder: string, name: string): string => join(folder, name.slice(0, 2), name);
