import { assertOptions } from '@verifiedfan/driver';
import type { Checkpoints } from '@verifiedfan/ports';
import { assertName } from './checks.ts';
import { openSqliteFile } from './file.ts';

export type SqliteCheckpointsOptions = {
  /** Path of the file, or `:memory:`. */
  location: string;
  /** Most bytes of the file; beyond it `set` throws `disk_full`. @default no limit but the disk's */
  maxBytes?: number | undefined;
};
export type SqliteCheckpoints = Checkpoints & { close(): void };

const MAX_KEY_BYTES = 1_024;

/** The smallest text behind every text that begins with `prefix`, or undefined when there is none. */
const endOfPrefix = (prefix: string): Buffer | undefined => {
  const bytes = Buffer.from(prefix);
  for (let last = bytes.length - 1; last >= 0; last -= 1) {
    const byte = bytes[last] ?? 0xff;
    if (byte < 0xff) return Buffer.concat([bytes.subarray(0, last), Uint8Array.of(byte + 1)]);
  }
  return undefined;
};

/** Checkpoints in one SQLite file. Keys are 1 to 1,024 bytes; `list` answers in the order of their UTF-8 bytes. */
export const openSqliteCheckpoints = (options: SqliteCheckpointsOptions): SqliteCheckpoints => {
  assertOptions(options, ['location', 'maxBytes']);
  const { location, maxBytes } = options;
  const file = openSqliteFile({ location, maxBytes, resource: 'checkpoints', cacheKib: 512 });
  file.run(() =>
    file.database.exec(
      'CREATE TABLE IF NOT EXISTS checkpoints (key BLOB PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
    ),
  );
  const get = file.database.prepare('SELECT value FROM checkpoints WHERE key = ?');
  const set = file.database.prepare('INSERT OR REPLACE INTO checkpoints (key, value) VALUES (?, ?)');
  const remove = file.database.prepare('DELETE FROM checkpoints WHERE key = ?');
  const listFrom = file.database.prepare('SELECT key, value FROM checkpoints WHERE key >= ? ORDER BY key');
  const listBetween = file.database.prepare(
    'SELECT key, value FROM checkpoints WHERE key >= ? AND key < ? ORDER BY key',
  );

  const keyBytes = (key: string): Buffer => {
    assertName('a checkpoint key', key, MAX_KEY_BYTES);
    return Buffer.from(key);
  };

  return {
    async get(key) {
      const row = file.run(() => get.get(keyBytes(key)));
      return row === undefined ? undefined : String(row.value);
    },
    async set(key, value) {
      file.run(() => set.run(keyBytes(key), value));
    },
    async delete(key) {
      file.run(() => remove.run(keyBytes(key)));
    },
    async list(prefix) {
      const end = endOfPrefix(prefix);
      const start = Buffer.from(prefix);
      const rows = file.run(() => (end ? listBetween.all(start, end) : listFrom.all(start)));
      return rows.map(({ key, value }) => ({ key: Buffer.from(key as Uint8Array).toString(), value: String(value) }));
    },
    close: () => file.close(),
  };
};
