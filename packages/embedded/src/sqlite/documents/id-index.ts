import type { DatabaseSync } from 'node:sqlite';
import { hashText } from './hash.ts';

/** Finds rows by the hash of their `_id`. */
export type IdIndex = {
  /** Rows whose id may be this one; the caller compares the id itself. */
  find(id: string): number[];
  add(id: string, row: number): void;
  remove(id: string, row: number): void;
  /** Counts again after a transaction was rolled back. */
  reload(): void;
};

/**
 * New hashes gather here before they move. A hash lands anywhere in a B-tree, so each one alone rewrites a page of 4 KiB for 16 bytes, which
 * halves the speed of inserts at a million documents; moved together in their order, several share each page.
 * A move takes some 50 ms at a million documents.
 */
const MAX_RECENT = 16_384;

const schema = (table: string): string =>
  `CREATE TABLE IF NOT EXISTS ${table} (hash INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (hash, row)) WITHOUT ROWID`;

/** Opens, or makes, the index of one collection. */
export const openIdIndex = (database: DatabaseSync, collection: number): IdIndex => {
  const [recent, settled] = [`recent_ids_${collection}`, `ids_${collection}`];
  database.exec(`${schema(recent)}; ${schema(settled)}`);
  const find = database.prepare(
    `SELECT row FROM ${recent} WHERE hash = ?1 UNION ALL SELECT row FROM ${settled} WHERE hash = ?1`,
  );
  const add = database.prepare(`INSERT INTO ${recent} (hash, row) VALUES (?, ?)`);
  const removeRecent = database.prepare(`DELETE FROM ${recent} WHERE hash = ? AND row = ?`);
  const removeSettled = database.prepare(`DELETE FROM ${settled} WHERE hash = ? AND row = ?`);
  const settle = database.prepare(
    `INSERT INTO ${settled} (hash, row) SELECT hash, row FROM ${recent} ORDER BY hash, row`,
  );
  const empty = database.prepare(`DELETE FROM ${recent}`);
  const count = database.prepare(`SELECT count(*) AS total FROM ${recent}`);
  let waiting = Number(count.get()?.total);

  return {
    find: (id) => find.all(hashText(id)).map(({ row }) => Number(row)),
    add(id, row) {
      add.run(hashText(id), row);
      waiting += 1;
      if (waiting < MAX_RECENT) return;
      settle.run();
      empty.run();
      waiting = 0;
    },
    remove(id, row) {
      const hash = hashText(id);
      if (Number(removeRecent.run(hash, row).changes) > 0) waiting -= 1;
      else removeSettled.run(hash, row);
    },
    reload() {
      waiting = Number(count.get()?.total);
    },
  };
};
