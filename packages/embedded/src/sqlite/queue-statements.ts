import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { limitTo } from './limit.ts';

const messageTable = (id: number): string => `messages_${id}`;
const sentTable = (id: number): string => `sent_${id}`;

// The body comes last: a row that is only looked at then needs none of its overflow pages.
// AUTOINCREMENT, because a sequence must rise also after the newest message was deleted.
const schema = (id: number, fifo: boolean): string => `
  CREATE TABLE IF NOT EXISTS ${messageTable(id)} (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, visible_at INTEGER NOT NULL, receive_count INTEGER NOT NULL,
    received_at INTEGER, first_received_at INTEGER, sent_at INTEGER NOT NULL, message_id TEXT NOT NULL,
    group_name TEXT, deduplication_id TEXT, attributes TEXT NOT NULL, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS ${messageTable(id)}_by_moment ON ${messageTable(id)} (visible_at${fifo ? ', group_name' : ''});
  ${fifo ? sentSchema(id) : ''}`;

const sentSchema = (id: number): string => `
  CREATE TABLE IF NOT EXISTS ${sentTable(id)} (
    deduplication_id TEXT PRIMARY KEY, message_id TEXT NOT NULL, sent_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS ${sentTable(id)}_by_moment ON ${sentTable(id)} (sent_at);`;

// FIFO: nothing of a group is given out while anything of it is hidden.
const candidates = (id: number, fifo: boolean): string => {
  const table = messageTable(id);
  if (!fifo)
    return `SELECT sequence, receive_count FROM ${table} WHERE visible_at <= :now ORDER BY visible_at, sequence ${limitTo(':limit')}`;
  return `SELECT sequence, receive_count FROM ${table} WHERE +visible_at <= :now
    AND group_name NOT IN (SELECT group_name FROM ${table} WHERE visible_at > :now) ORDER BY sequence ${limitTo(':limit')}`;
};

const COPIED = 'sent_at, message_id, group_name, deduplication_id, attributes, body, receive_count, first_received_at';

export type QueueStatements = {
  readonly insert: StatementSync;
  readonly candidates: StatementSync;
  readonly take: StatementSync;
  readonly find: StatementSync;
  readonly remove: StatementSync;
  readonly show: StatementSync;
  readonly nextMoment: StatementSync;
  readonly depth: StatementSync;
  readonly page: StatementSync;
  readonly release: StatementSync;
  readonly sent:
    | { readonly find: StatementSync; readonly put: StatementSync; readonly forget: StatementSync }
    | undefined;
  /** Copies one message to another queue's table. */
  copyTo(target: number): StatementSync;
};

/** Makes the tables of one queue and prepares what is done with them. */
export const prepareQueue = (database: DatabaseSync, id: number, fifo: boolean): QueueStatements => {
  database.exec(schema(id, fifo));
  const table = messageTable(id);
  const copies = new Map<number, StatementSync>();
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    insert: prepare(
      `INSERT INTO ${table} (visible_at, receive_count, sent_at, message_id, group_name, deduplication_id, attributes, body)
       VALUES (?, 0, ?, ?, ?, ?, ?, ?)`,
    ),
    candidates: prepare(candidates(id, fifo)),
    take: prepare(
      `UPDATE ${table} SET receive_count = receive_count + 1, visible_at = :until, received_at = :now,
       first_received_at = coalesce(first_received_at, :now) WHERE sequence = :sequence RETURNING *`,
    ),
    find: prepare(`SELECT receive_count, visible_at, received_at FROM ${table} WHERE sequence = ? AND message_id = ?`),
    remove: prepare(`DELETE FROM ${table} WHERE sequence = ?`),
    show: prepare(`UPDATE ${table} SET visible_at = ? WHERE sequence = ?`),
    nextMoment: prepare(`SELECT min(visible_at) AS moment FROM ${table} WHERE visible_at > ?`),
    depth: prepare(
      `SELECT count(*) AS total, count(*) FILTER (WHERE visible_at > :now AND receive_count > 0) AS in_flight,
       count(*) FILTER (WHERE visible_at > :now AND receive_count = 0) AS delayed FROM ${table}`,
    ),
    page: prepare(`SELECT * FROM ${table} WHERE sequence > ? ORDER BY sequence ${limitTo('?')}`),
    release: prepare(`UPDATE ${table} SET visible_at = :now WHERE visible_at > :now AND receive_count > 0`),
    sent: fifo
      ? {
          find: prepare(`SELECT message_id FROM ${sentTable(id)} WHERE deduplication_id = ?`),
          put: prepare(`INSERT INTO ${sentTable(id)} (deduplication_id, message_id, sent_at) VALUES (?, ?, ?)`),
          forget: prepare(`DELETE FROM ${sentTable(id)} WHERE sent_at <= ?`),
        }
      : undefined,
    copyTo(target) {
      const known = copies.get(target);
      if (known) return known;
      const copy = prepare(
        `INSERT INTO ${messageTable(target)} (visible_at, ${COPIED}) SELECT :now, ${COPIED} FROM ${table} WHERE sequence = :sequence`,
      );
      copies.set(target, copy);
      return copy;
    },
  };
};
