import type { DatabaseSync } from 'node:sqlite';
import { type Document, type IndexDefinition, PortError } from '@verifiedfan/ports';
import { limitTo } from '../limit.ts';
import type { DocumentCatalogue } from './catalogue.ts';
import { openIdIndex } from './id-index.ts';
import type { DocumentKeys } from './index-keys.ts';
import { type IndexTable, openIndexTable, type StoredDocument } from './index-table.ts';

const MAX_DOCUMENT_BYTES = 16 * 1_048_576;

/** The documents of one collection with their indexes; all calls are synchronous, writes belong into a transaction of the caller. */
export type Shelf = {
  readonly name: string;
  readonly indexes: readonly IndexTable[];
  findById(id: string): StoredDocument | undefined;
  readRow(row: number): StoredDocument | undefined;
  /** Documents in the order of arrival, behind a row. */
  page(after: number, limit: number): StoredDocument[];
  total(): number;
  /** Where a document stands in each index; to be asked before it is changed. */
  keysOf(document: Document): readonly DocumentKeys[];
  /** Throws `duplicate_key` or `too_large` before anything is written. `isAbsent`: the caller has just looked for the id. */
  insert(document: Document, isAbsent?: boolean): void;
  /** Writes a changed document; false when it is as it was. Throws as `insert` does. */
  replace(stored: StoredDocument, keysBefore: readonly DocumentKeys[], document: Document): boolean;
  remove(stored: StoredDocument): void;
  /** Reads again what a rolled-back transaction may have changed. */
  reload(): void;
};

export type ShelfOptions = {
  database: DatabaseSync;
  catalogue: DocumentCatalogue;
  name: string;
  /** The whole list of indexes; undefined keeps those that there are. */
  definitions: readonly IndexDefinition[] | undefined;
};

// The row number rises with arrival, so documents are appended whatever their ids are.
const schema = (table: string): string =>
  `CREATE TABLE IF NOT EXISTS ${table} (row INTEGER PRIMARY KEY, document TEXT NOT NULL)`;

const toText = (document: Document, resource: string): string => {
  const text = JSON.stringify(document);
  if (text.length * 3 > MAX_DOCUMENT_BYTES && Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) {
    throw new PortError({ code: 'too_large', message: 'a document has at most 16 MiB as JSON', resource });
  }
  return text;
};

/** Opens, or makes, a collection inside a transaction of the caller. */
export const openShelf = ({ database, catalogue, name, definitions }: ShelfOptions): Shelf => {
  const id = catalogue.collectionId(name);
  const table = `documents_${id}`;
  database.exec(schema(table));
  const ids = openIdIndex(database, id);
  const byRow = database.prepare(`SELECT row, document FROM ${table} WHERE row = ?`);
  const page = database.prepare(`SELECT row, document FROM ${table} WHERE row > ? ORDER BY row ${limitTo('?')}`);
  const add = database.prepare(`INSERT INTO ${table} (document) VALUES (?)`);
  const write = database.prepare(`UPDATE ${table} SET document = ? WHERE row = ?`);
  const remove = database.prepare(`DELETE FROM ${table} WHERE row = ?`);
  const count = database.prepare(`SELECT count(*) AS total FROM ${table}`);

  const fresh = new Set(definitions && catalogue.alignIndexes(id, definitions).map((index) => index.id));
  const entries = catalogue.indexes(id);
  const indexes = entries.map((entry) => openIndexTable({ database, collection: name, ...entry }));

  const toStored = ({ row, document }: Record<string, unknown>): StoredDocument => {
    const text = String(document);
    return { row: Number(row), document: JSON.parse(text), text };
  };

  const noteMany = (position: number, { many }: DocumentKeys): void => {
    const [index, entry] = [indexes[position], entries[position]];
    if (!many || !index || !entry || index.many) return;
    index.many = true;
    catalogue.setMany(entry.id);
  };

  const moveKeys = (
    row: number,
    before: readonly DocumentKeys[] | undefined,
    after: readonly DocumentKeys[] | undefined,
  ): void => {
    for (const [position, index] of indexes.entries()) {
      index.move(row, before?.[position], after?.[position]);
      const keys = after?.[position];
      if (keys) noteMany(position, keys);
    }
  };

  const keysOf = (document: Document): DocumentKeys[] => indexes.map((index) => index.keysOf(document));
  const checkedKeysOf = (document: Document, row: number | undefined): DocumentKeys[] => {
    const keys = keysOf(document);
    for (const [position, index] of indexes.entries())
      index.assertFree(keys[position] ?? { keys: [], many: false }, row);
    return keys;
  };

  const readRow = (row: number): StoredDocument | undefined => {
    const found = byRow.get(row);
    return found && toStored(found);
  };

  const findById = (documentId: string): StoredDocument | undefined => {
    for (const row of ids.find(documentId)) {
      const stored = readRow(row);
      if (stored?.document._id === documentId) return stored;
    }
    return undefined;
  };

  const pageFrom = (after: number, limit: number): StoredDocument[] => page.all(after, limit).map(toStored);

  const fillFreshIndexes = (): void => {
    const filled = indexes.filter((_index, position) => fresh.has(entries[position]?.id ?? 0));
    if (filled.length === 0) return;
    for (let rows = pageFrom(0, 500); rows.length > 0; rows = pageFrom(rows.at(-1)?.row ?? 0, 500)) {
      for (const { row, document } of rows) {
        for (const index of filled) {
          const keys = index.keysOf(document);
          index.assertFree(keys, row);
          index.move(row, undefined, keys);
          noteMany(indexes.indexOf(index), keys);
        }
      }
    }
  };
  fillFreshIndexes();

  return {
    name,
    indexes,
    findById,
    readRow,
    page: pageFrom,
    total: () => Number(count.get()?.total),
    keysOf,
    insert(document, isAbsent = false) {
      const text = toText(document, name);
      if (!isAbsent && findById(document._id)) {
        throw new PortError({ code: 'duplicate_key', message: 'there is a document with this _id', resource: name });
      }
      const keys = checkedKeysOf(document, undefined);
      const row = Number(add.run(text).lastInsertRowid);
      ids.add(document._id, row);
      moveKeys(row, undefined, keys);
    },
    replace({ row, text: before }, keysBefore, document) {
      const text = toText(document, name);
      if (text === before) return false;
      moveKeys(row, keysBefore, checkedKeysOf(document, row));
      write.run(text, row);
      return true;
    },
    remove(stored) {
      moveKeys(stored.row, keysOf(stored.document), undefined);
      ids.remove(stored.document._id, stored.row);
      remove.run(stored.row);
    },
    reload() {
      ids.reload();
      for (const [position, entry] of catalogue.indexes(id).entries()) {
        const index = indexes[position];
        if (index) index.many = entry.many;
      }
    },
  };
};
