import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServersError } from './errors.ts';
import { type Identity, identify, isAlive } from './processes.ts';

const POLL_MS = 100;

export type LockOptions = {
  /** How long to wait for somebody else, in milliseconds. @default 600_000 */
  timeoutMs?: number | undefined;
  /** Told once when somebody else has it. */
  onWait?: ((holder: Identity) => void) | undefined;
};

const readHolder = (file: string): Identity | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Identity;
  } catch {
    return undefined;
  }
};

/** Creates the file with its content in one step: whoever sees it sees who holds it. */
const tryCreate = (file: string, unique: string): boolean => {
  const prepared = `${file}.${unique}`;
  writeFileSync(prepared, JSON.stringify(identify(process.pid)));
  try {
    linkSync(prepared, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(prepared, { force: true });
  }
};

/** Takes a dead holder's lock out of the way. Two may try; a rename gives it to one, who puts it back if it is a living one's after all. */
const removeStale = (file: string, unique: string): void => {
  const aside = `${file}.stale.${unique}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const holder = readHolder(aside);
  if (holder !== undefined && isAlive(holder)) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one has it by now; the one that we took it from finds that out when it gives it back.
    }
  }
  rmSync(aside, { force: true });
};

/**
 * Runs `work` while holding a lock that is a file with the holder's pid in it; the lock of a process that died is taken over.
 * Throws `lock_timeout`.
 */
export const withLock = async <Result>(
  file: string,
  work: () => Promise<Result>,
  { timeoutMs = 600_000, onWait }: LockOptions = {},
): Promise<Result> => {
  mkdirSync(dirname(file), { recursive: true });
  const unique = crypto.randomUUID();
  let told = false;
  for (let waited = 0; !tryCreate(file, unique); waited += POLL_MS) {
    const holder = readHolder(file);
    if (holder !== undefined && !isAlive(holder)) {
      removeStale(file, unique);
      continue;
    }
    if (waited >= timeoutMs) {
      const message = `another process (${holder?.pid ?? 'unknown'}) has held ${file} for too long; delete the file if it is none of ours`;
      throw new ServersError({ code: 'lock_timeout', message });
    }
    if (!told && holder !== undefined) onWait?.(holder);
    told ||= holder !== undefined;
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
  }
};
