import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PortError } from '@verifiedfan/ports';
import { toPortError } from './errors.ts';

export type SqliteFileOptions = {
  /** Path of the file; its folder is made when missing. `:memory:` keeps everything in memory and loses it on close. */
  location: string;
  /** What the file holds, for error messages. */
  resource: string;
  /** Page cache in KiB; filled only as pages are used. @default 2_048 */
  cacheKib?: number | undefined;
  /** Most bytes of the file; beyond it writes throw `disk_full`. @default no limit but the disk's */
  maxBytes?: number | undefined;
  /** How far the write-ahead log may grow, in pages of 4 KiB, before it is moved into the file. @default 1_000 */
  checkpointPages?: number | undefined;
};

/** One open SQLite file. Every call is synchronous and short; an error of the engine comes out as a PortError. */
export type SqliteFile = {
  readonly database: DatabaseSync;
  /** Runs reads, or one statement. */
  run<Answer>(work: () => Answer): Answer;
  /** Runs all of `work` or nothing of it. `work` must not wait: another caller's writes would join the transaction. */
  transact<Answer>(work: () => Answer): Answer;
  readonly closed: boolean;
  close(): void;
};

const PAGE_BYTES = 4_096;

/** How long to wait for a process that is just closing the file. */
const BUSY_MS = 200;

const configure = (database: DatabaseSync, options: SqliteFileOptions): void => {
  const { cacheKib = 2_048, maxBytes, checkpointPages = 1_000 } = options;
  // Exclusive before the first access to a WAL file: no other process can open it while this one lives, the index of the log stays in
  // this process's memory, and the lock goes with the process however it ends: https://www.sqlite.org/wal.html#noshm
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL`);
  // NORMAL survives the death of the process; a power failure may lose the last commits, never the integrity.
  database.exec(`PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${cacheKib}; PRAGMA temp_store = MEMORY`);
  database.exec(
    `PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA journal_size_limit = ${checkpointPages * PAGE_BYTES}`,
  );
  if (maxBytes !== undefined)
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_BYTES))}`);
  // Takes the lock now, so that a second process learns it when it opens and not at its first write.
  database.exec('BEGIN IMMEDIATE; COMMIT');
};

const open = (options: SqliteFileOptions): DatabaseSync => {
  const { location } = options;
  if (location !== ':memory:') mkdirSync(dirname(location), { recursive: true });
  const database = new DatabaseSync(location, { timeout: BUSY_MS });
  try {
    configure(database, options);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** SQLite opens a file that it may not write, and then fails at the first lock with what looks like a broken disk. */
const explainFailure = (error: unknown, { location, resource }: SqliteFileOptions): unknown => {
  const explained = toPortError(error, resource);
  if (!(explained instanceof PortError) || explained.code !== 'unavailable') return explained;
  try {
    closeSync(openSync(location, 'r+'));
    return explained;
  } catch (cause) {
    return toPortError(cause, resource);
  }
};

/** Opens, or makes, a file. Throws `locked` while another process has it open, `read_only`, `corrupt` or `disk_full`. */
export const openSqliteFile = (options: SqliteFileOptions): SqliteFile => {
  const { resource } = options;
  let closed = false;
  const run = <Answer>(work: () => Answer): Answer => {
    if (closed) throw new PortError({ code: 'closed', message: 'the driver is closed', resource });
    try {
      return work();
    } catch (error) {
      throw toPortError(error, resource);
    }
  };
  let database: DatabaseSync;
  try {
    database = open(options);
  } catch (error) {
    throw explainFailure(error, options);
  }
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');

  return {
    database,
    run,
    transact: (work) =>
      run(() => {
        begin.run();
        try {
          const answer = work();
          commit.run();
          return answer;
        } catch (error) {
          // A full disk makes SQLite roll back by itself.
          if (database.isTransaction) database.exec('ROLLBACK');
          throw error;
        }
      }),
    get closed() {
      return closed;
    },
    close() {
      if (closed) return;
      closed = true;
      try {
        database.close();
      } catch (error) {
        throw toPortError(error, resource);
      }
    },
  };
};
