import { assertJson, assertOptions, assertWhole, invalid } from '@verifiedfan/driver';
import type { Cache, Clock, JsonValue } from '@verifiedfan/ports';
import { assertName } from './checks.ts';
import { openSqliteFile } from './file.ts';
import { limitTo } from './limit.ts';

export type SqliteCacheOptions = {
  /** Path of the file, or `:memory:`. */
  location: string;
  clock: Clock;
  /** Most entries; when there are more, those that would expire first are forgotten. @default 100_000 */
  maxEntries?: number | undefined;
  /** Most bytes of the file; what does not fit is not kept. @default no limit but the disk's */
  maxBytes?: number | undefined;
};
export type SqliteCache = Cache & { close(): void };

const MAX_KEY_BYTES = 512;
const DEFAULT_TOMBSTONE_MS = 60_000;
/** Sets between two clean-ups: often enough to bound the file, too seldom to be felt. */
const SETS_PER_SWEEP = 512;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY, version INTEGER NOT NULL, expires_at INTEGER NOT NULL, value TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at)`;

// An entry whose value is null is a tombstone. Version 0 stands for a value that was set without one.
const PUT = `INSERT INTO entries (key, version, expires_at, value) VALUES (?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at, value = excluded.value`;

const assertVersion = (version: number | undefined): void => {
  if (version !== undefined) assertWhole('version', version, 1, Number.MAX_SAFE_INTEGER);
};

const assertLife = (name: string, durationMs: number): void => {
  if (!Number.isFinite(durationMs) || durationMs <= 0) throw invalid(`${name} must be greater than 0`);
};

/** Expiry far enough for every purpose and exact as a number. */
const endOf = (nowMs: number, lifeMs: number): number => Math.min(Math.ceil(nowMs + lifeMs), Number.MAX_SAFE_INTEGER);

/** A cache in one SQLite file, so that it survives a restart. A full disk is no error: the value is then not kept. */
export const openSqliteCache = (options: SqliteCacheOptions): SqliteCache => {
  assertOptions(options, ['location', 'clock', 'maxEntries', 'maxBytes']);
  const { location, clock, maxEntries = 100_000, maxBytes } = options;
  const file = openSqliteFile({ location, maxBytes, resource: 'cache' });
  file.run(() => file.database.exec(SCHEMA));
  const find = file.database.prepare('SELECT version, expires_at, value FROM entries WHERE key = ? AND expires_at > ?');
  const put = file.database.prepare(PUT);
  const remove = file.database.prepare('DELETE FROM entries WHERE key = ?');
  const removeExpired = file.database.prepare('DELETE FROM entries WHERE expires_at <= ?');
  const total = file.database.prepare('SELECT count(*) AS total FROM entries');
  const removeFirst = file.database.prepare(
    `DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY expires_at ${limitTo('?')})`,
  );
  let sets = 0;

  const sweep = (): void => {
    removeExpired.run(clock.now());
    const surplus = Number(total.get()?.total) - maxEntries;
    if (surplus > 0) removeFirst.run(surplus);
  };

  const store = (key: string, version: number, lifeMs: number, value: string | null): void => {
    put.run(key, version, endOf(clock.now(), lifeMs), value);
    sets += 1;
    if (sets % SETS_PER_SWEEP === 0 || maxEntries < SETS_PER_SWEEP) sweep();
  };

  const setNow = (key: string, version: number | undefined, lifeMs: number, value: string): boolean => {
    const stored = find.get(key, clock.now());
    if (version !== undefined && stored && Number(stored.version) > version) return false;
    try {
      store(key, version ?? 0, lifeMs, value);
    } catch (error) {
      if (!(error instanceof Error && 'errcode' in error && error.errcode === 13)) throw error;
      // What was stored before must not outlive the newer value.
      remove.run(key);
    }
    return true;
  };

  return {
    async get(key) {
      assertName('a cache key', key, MAX_KEY_BYTES);
      const row = file.run(() => find.get(key, clock.now()));
      if (!row || row.value === null) return undefined;
      const value: JsonValue = JSON.parse(String(row.value));
      return { value, version: Number(row.version) };
    },
    async set(key, value, { ttlMs, version }) {
      assertName('a cache key', key, MAX_KEY_BYTES);
      assertJson(value);
      assertVersion(version);
      assertLife('ttlMs', ttlMs);
      return file.run(() => setNow(key, version, ttlMs, JSON.stringify(value)));
    },
    async delete(key, { version, tombstoneMs = DEFAULT_TOMBSTONE_MS } = {}) {
      assertName('a cache key', key, MAX_KEY_BYTES);
      assertVersion(version);
      assertLife('tombstoneMs', tombstoneMs);
      file.transact(() => {
        const stored = find.get(key, clock.now());
        const tombstone = stored?.value === null;
        if (version === undefined) {
          if (!tombstone) remove.run(key);
          return;
        }
        // A late deletion of an older version must not let in anything older than what it removes.
        const newest = Math.max(version, Number(stored?.version ?? 0));
        const left = tombstone ? Number(stored?.expires_at) - clock.now() : 0;
        store(key, newest, Math.max(tombstoneMs, left), null);
      });
    },
    close: () => file.close(),
  };
};
