import type { DatabaseSync } from 'node:sqlite';
import { invalid } from '@verifiedfan/driver';
import type { IndexDefinition } from '@verifiedfan/ports';
import { assertName } from '../checks.ts';
import { indexSchema, indexTableName } from './index-table.ts';
import { splitPath } from './paths.ts';

export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS indexes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL,
    many INTEGER NOT NULL DEFAULT 0, UNIQUE (collection, name))`;

export type IndexEntry = { id: number; definition: IndexDefinition; many: boolean };

export type DocumentCatalogue = {
  /** The number of a collection, made when missing. */
  collectionId(name: string): number;
  indexes(collection: number): IndexEntry[];
  /** Makes the list of indexes the given one; answers those that are new and empty. */
  alignIndexes(collection: number, definitions: readonly IndexDefinition[]): IndexEntry[];
  setMany(index: number): void;
};

const MAX_FIELDS = 32;

/** Brings a definition into one form, so that equal ones are equal as text. */
const normalise = ({ name, fields, unique = false, onlyWhereString }: IndexDefinition): IndexDefinition => {
  assertName('the name of an index', name, 128);
  if (fields.length === 0 || fields.length > MAX_FIELDS) throw invalid(`an index has 1 to ${MAX_FIELDS} fields`);
  for (const [path, direction] of fields) {
    splitPath(path);
    if (direction !== 1 && direction !== -1) throw invalid('the direction of an index is 1 or -1');
  }
  if (new Set(fields.map(([path]) => path)).size < fields.length) throw invalid('an index names a field twice');
  if (onlyWhereString !== undefined) splitPath(onlyWhereString);
  return { name, fields, unique, ...(onlyWhereString === undefined ? {} : { onlyWhereString }) };
};

/** The lists of collections and indexes inside the file. */
export const openCatalogue = (database: DatabaseSync): DocumentCatalogue => {
  database.exec(SCHEMA);
  const findCollection = database.prepare('SELECT id FROM collections WHERE name = ?');
  const addCollection = database.prepare('INSERT INTO collections (name) VALUES (?) RETURNING id');
  const listIndexes = database.prepare('SELECT id, definition, many FROM indexes WHERE collection = ? ORDER BY id');
  const addIndex = database.prepare('INSERT INTO indexes (collection, name, definition) VALUES (?, ?, ?) RETURNING id');
  const dropIndex = database.prepare('DELETE FROM indexes WHERE id = ?');
  const setMany = database.prepare('UPDATE indexes SET many = 1 WHERE id = ?');

  const indexes = (collection: number): IndexEntry[] =>
    listIndexes.all(collection).map(({ id, definition, many }) => ({
      id: Number(id),
      definition: JSON.parse(String(definition)) as IndexDefinition,
      many: Number(many) === 1,
    }));

  const makeIndex = (collection: number, definition: IndexDefinition): IndexEntry => {
    const id = Number(addIndex.get(collection, definition.name, JSON.stringify(definition))?.id);
    database.exec(indexSchema(id, definition));
    return { id, definition, many: false };
  };

  return {
    collectionId: (name) => Number((findCollection.get(name) ?? addCollection.get(name))?.id),
    indexes,
    alignIndexes(collection, definitions) {
      const wanted = new Map(definitions.map((definition) => [definition.name, normalise(definition)]));
      if (wanted.size < definitions.length) throw invalid('two indexes of a collection have one name');
      for (const { id, definition } of indexes(collection)) {
        const same = JSON.stringify(wanted.get(definition.name)) === JSON.stringify(definition);
        if (same) wanted.delete(definition.name);
        else {
          dropIndex.run(id);
          database.exec(`DROP TABLE ${indexTableName(id)}`);
        }
      }
      return [...wanted.values()].map((definition) => makeIndex(collection, definition));
    },
    setMany: (index) => void setMany.run(index),
  };
};
