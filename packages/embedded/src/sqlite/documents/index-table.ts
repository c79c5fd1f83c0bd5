import type { DatabaseSync } from 'node:sqlite';
import { type Document, type IndexDefinition, type JsonObject, PortError } from '@verifiedfan/ports';
import { createKeyReader, type DocumentKeys, type IndexKey, sameKey } from './index-keys.ts';

/** One secondary index in a narrow table of its own. */
export type IndexTable = {
  readonly definition: IndexDefinition;
  readonly table: string;
  /** Some document stands in it more than once, because of an array. */
  many: boolean;
  keysOf(document: JsonObject): DocumentKeys;
  /** Throws `duplicate_key` when another row than `row` has one of the keys. */
  assertFree(keys: DocumentKeys, row: number | undefined): void;
  /** Moves `row` from its old keys to its new ones; undefined where it was not, or is no longer. */
  move(row: number, before: DocumentKeys | undefined, after: DocumentKeys | undefined): void;
};

export type IndexTableOptions = {
  database: DatabaseSync;
  id: number;
  definition: IndexDefinition;
  many: boolean;
  collection: string;
};

const columnOf = (position: number): string => `f${position}`;

export const indexTableName = (id: number): string => `index_${id}`;

/** The statement that makes the table: clustered by its fields in their directions, unique where the index is. */
export const indexSchema = (id: number, { fields, unique = false }: IndexDefinition): string => {
  const columns = fields.map((_field, position) => `${columnOf(position)} NOT NULL`);
  const key = fields.map(([, direction], position) => `${columnOf(position)} ${direction === -1 ? 'DESC' : 'ASC'}`);
  return `CREATE TABLE ${indexTableName(id)} (${columns.join(', ')}, row INTEGER NOT NULL,
    PRIMARY KEY (${[...key, ...(unique ? [] : ['row'])].join(', ')})) WITHOUT ROWID`;
};

const contains = (keys: readonly IndexKey[], key: IndexKey): boolean => keys.some((other) => sameKey(key, other));

/** The definition is what a caller may read: arrays of fields with directions. */
export const openIndexTable = ({ database, id, definition, many, collection }: IndexTableOptions): IndexTable => {
  const table = indexTableName(id);
  const columns = definition.fields.map((_field, position) => columnOf(position));
  const where = columns.map((column) => `${column} = ?`).join(' AND ');
  const find = database.prepare(`SELECT row FROM ${table} WHERE ${where}`);
  const add = database.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}, row) VALUES (${columns.map(() => '?').join(', ')}, ?)`,
  );
  const remove = database.prepare(`DELETE FROM ${table} WHERE ${where} AND row = ?`);
  const nowhere: DocumentKeys = { keys: [], many: false };

  return {
    definition,
    table,
    many,
    keysOf: createKeyReader(definition),
    assertFree({ keys }, row) {
      if (!definition.unique) return;
      for (const key of keys) {
        const holder = find.get(...key);
        if (holder && holder.row !== row) {
          throw new PortError({
            code: 'duplicate_key',
            message: `the unique index ${definition.name} refused the document`,
            resource: collection,
          });
        }
      }
    },
    move(row, before = nowhere, after = nowhere) {
      const [from, to] = [before.keys, after.keys];
      for (const key of from) if (!contains(to, key)) remove.run(...key, row);
      for (const key of to) if (!contains(from, key)) add.run(...key, row);
    },
  };
};

/** A document and where it is. */
export type StoredDocument = { row: number; document: Document; text: string };
