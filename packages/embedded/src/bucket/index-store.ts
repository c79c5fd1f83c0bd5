import type { SQLOutputValue } from 'node:sqlite';
import type { ObjectCreated, ObjectInfo } from '@verifiedfan/ports';
import type { SqliteFile } from '../sqlite/file.ts';
import { limitTo } from '../sqlite/limit.ts';

// `latest` is the newest upload of a key, or null behind a deletion: uploads that are kept can then still be asked for by version.
// `deletions` has the newest upload that was deleted with its key: without the uploads since, the object is deleted as it was before them.
// AUTOINCREMENT, because a sequencer must rise also after the newest upload was deleted.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS uploads (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL, version TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL, etag TEXT NOT NULL, modified_at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (key, number);
  CREATE TABLE IF NOT EXISTS objects (key BLOB PRIMARY KEY, latest INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS deletions (key BLOB PRIMARY KEY, newest INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL, version TEXT NOT NULL, info TEXT NOT NULL,
    created_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
  CREATE INDEX IF NOT EXISTS notifications_by_version ON notifications (version)`;

const SEQUENCER_DIGITS = 16;

type Row = Record<string, SQLOutputValue>;
export type NewUpload = {
  key: string;
  version: string;
  size: number;
  etag: string;
  modifiedAtMs: number;
  notify: boolean;
};
export type Removal = { key: string; version: string };

const keyBytes = (key: string): Buffer => Buffer.from(key);
const keyText = (bytes: SQLOutputValue | undefined): string => Buffer.from(bytes as Uint8Array).toString();

const toInfo = (row: Row): ObjectInfo => ({
  key: keyText(row.key),
  size: Number(row.size),
  etag: String(row.etag),
  version: String(row.version),
  sequencer: Number(row.number).toString(16).toUpperCase().padStart(SEQUENCER_DIGITS, '0'),
  modifiedAtMs: Number(row.modified_at),
});

const toNotification = (row: Row, bucket: string): ObjectCreated => ({
  id: String(row.id),
  bucket,
  info: JSON.parse(String(row.info)) as ObjectInfo,
  createdAtMs: Number(row.created_at),
  attempts: Number(row.attempts),
});

export type BucketIndex = ReturnType<typeof openBucketIndex>;

/** What a bucket holds, apart from the bytes. Calls are synchronous; those that write belong into a transaction of the caller. */
export const openBucketIndex = ({
  file,
  bucket,
  keepVersions,
}: {
  file: SqliteFile;
  bucket: string;
  keepVersions: number;
}) => {
  const { database } = file;
  file.run(() => database.exec(SCHEMA));
  const current = database.prepare(
    'SELECT uploads.* FROM objects JOIN uploads ON number = latest WHERE objects.key = ?',
  );
  const byVersion = database.prepare('SELECT * FROM uploads WHERE version = ? AND key = ?');
  const byKey = database.prepare('SELECT * FROM uploads WHERE key = ? ORDER BY number DESC');
  const surplus = database.prepare('SELECT * FROM uploads WHERE key = ? ORDER BY number DESC LIMIT -1 OFFSET ?');
  const everything = database.prepare('SELECT * FROM uploads');
  const listing = database.prepare(
    `SELECT uploads.* FROM objects JOIN uploads ON number = latest
     WHERE objects.key >= ? AND objects.key > ? ORDER BY objects.key ${limitTo('?')}`,
  );
  const addUpload = database.prepare(
    'INSERT INTO uploads (key, version, size, etag, modified_at) VALUES (?, ?, ?, ?, ?) RETURNING *',
  );
  const setLatest = database.prepare('INSERT OR REPLACE INTO objects (key, latest) VALUES (?, ?)');
  const forgetKey = database.prepare('DELETE FROM objects WHERE key = ?');
  const setDeletion = database.prepare('INSERT OR REPLACE INTO deletions (key, newest) VALUES (?, ?)');
  const isDeleted = database.prepare('SELECT 1 FROM deletions WHERE key = ? AND newest >= ?');
  const forgetDeletion = database.prepare('DELETE FROM deletions WHERE key = ?');
  const removeUpload = database.prepare('DELETE FROM uploads WHERE number = ?');
  const addNotification = database.prepare(
    'INSERT INTO notifications (key, version, info, created_at) VALUES (?, ?, ?, ?)',
  );
  const isAwaited = database.prepare('SELECT 1 FROM notifications WHERE version = ?');
  const pending = database.prepare(`SELECT * FROM notifications WHERE id > ? ORDER BY id ${limitTo('?')}`);
  const attempted = database.prepare('UPDATE notifications SET attempts = attempts + 1 WHERE id = ?');
  const acknowledge = database.prepare('DELETE FROM notifications WHERE id = ? RETURNING key');

  /** Drops uploads behind the newest ones; those that somebody has still to be told of stay. */
  const prune = (key: Buffer): Removal[] =>
    surplus
      .all(key, keepVersions)
      .filter(({ version }) => isAwaited.get(version ?? null) === undefined)
      .map((row) => {
        removeUpload.run(Number(row.number));
        return { key: keyText(row.key), version: String(row.version) };
      });

  return {
    current(key: string): ObjectInfo | undefined {
      const row = current.get(keyBytes(key));
      return row && toInfo(row);
    },
    version(key: string, version: string): ObjectInfo | undefined {
      const row = byVersion.get(version, keyBytes(key));
      return row && toInfo(row);
    },
    versions: (key: string): ObjectInfo[] => byKey.all(keyBytes(key)).map(toInfo),
    all: (): ObjectInfo[] => everything.all().map(toInfo),
    /** Objects from `prefix` on and behind `after`, in the order of their keys' bytes. */
    list: (prefix: string, after: Uint8Array, limit: number): ObjectInfo[] =>
      listing.all(keyBytes(prefix), after, limit).map(toInfo),
    /** Makes an upload the object of its key; answers the uploads that are no longer kept. */
    add({ key, version, size, etag, modifiedAtMs, notify }: NewUpload): { info: ObjectInfo; pruned: Removal[] } {
      const bytes = keyBytes(key);
      const row = addUpload.get(bytes, version, size, etag, modifiedAtMs) ?? {};
      const info = toInfo(row);
      setLatest.run(bytes, Number(row.number));
      if (notify) addNotification.run(bytes, version, JSON.stringify(info), modifiedAtMs);
      return { info, pruned: prune(bytes) };
    },
    /** Hides the object; its uploads stay until newer ones push them out or they are removed by version. */
    hide(key: string): void {
      const bytes = keyBytes(key);
      const number = current.get(bytes)?.number;
      if (number === undefined) return;
      setLatest.run(bytes, null);
      setDeletion.run(bytes, number);
    },
    /** Removes one upload; when it was the object, what was before takes its place: the upload before, or its deletion. */
    removeVersion(key: string, version: string): Removal[] {
      const bytes = keyBytes(key);
      const row = byVersion.get(version, bytes);
      if (!row) return [];
      const wasLatest = current.get(bytes)?.number === row.number;
      removeUpload.run(Number(row.number));
      const before = byKey.get(bytes)?.number;
      if (before === undefined) {
        forgetKey.run(bytes);
        forgetDeletion.run(bytes);
      } else if (wasLatest) {
        setLatest.run(bytes, isDeleted.get(bytes, before) ? null : before);
      }
      return [{ key, version }];
    },
    pending: (after: number, limit: number): ObjectCreated[] =>
      pending.all(after, limit).map((row) => toNotification(row, bucket)),
    attempted: (id: number): void => void attempted.run(id),
    /** Forgets a notification; answers the uploads that were kept only for its sake. */
    acknowledge(id: number): Removal[] {
      const key = acknowledge.get(id)?.key;
      return key instanceof Uint8Array ? prune(Buffer.from(key)) : [];
    },
  };
};
