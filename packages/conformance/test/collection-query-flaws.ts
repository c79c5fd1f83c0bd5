import type { Document, JsonObject, JsonValue } from '@verifiedfan/ports';
import { type Flaws, finding, inCollections, withIndexes } from './collection-mutants.ts';

const onlyEquality = (filter: JsonObject = {}): JsonObject =>
  Object.fromEntries(
    Object.entries(filter).filter(
      ([name, value]) => !name.startsWith('$') && (typeof value !== 'object' || value === null),
    ),
  );

export const queries: Flaws = {
  'finds and counts by the query language of MongoDB': {
    'drops operators': finding((options) => ({ ...options, filter: onlyEquality(options.filter) })),
    'counts everything': inCollections((all) => ({ count: () => all.count() })),
  },
  'refuses what is outside of the query language': {
    'drops what it does not know': finding((options) => ({ ...options, filter: onlyEquality(options.filter) })),
  },
  'sorts by fields and their directions, and cuts out a page': {
    'always sorts upwards': finding(({ sort = [], ...options }) => ({
      ...options,
      sort: sort.map(([path]) => [path, 1] as const),
    })),
    'sorts by the first field alone': finding(({ sort = [], ...options }) => ({ ...options, sort: sort.slice(0, 1) })),
    'skips nothing': finding((options) => ({ ...options, skip: 0 })),
  },
  'orders values of unlike types as MongoDB does, and text by its UTF-8 bytes': {
    'sorts as JavaScript does': inCollections((all) => ({
      find: async (options) => (await all.find(options)).sort((a, b) => (String(a.value) < String(b.value) ? -1 : 1)),
    })),
    'compares text by UTF-16': inCollections((all) => ({
      async count(filter = {}) {
        const limit = (filter.value as { $gt?: JsonValue } | undefined)?.$gt;
        if (typeof limit !== 'string') return all.count(filter);
        return (await all.find()).filter(({ value }) => typeof value === 'string' && value > limit).length;
      },
    })),
  },
};

export const indexes: Flaws = {
  'finds the same with indexes as without, also after changes': {
    'answers a field of an index by its scalars alone': inCollections((all) => ({
      async find(options = {}) {
        const found = await all.find(options);
        return typeof options.filter?.tags === 'string' ? found.filter(({ tags }) => typeof tags === 'string') : found;
      },
    })),
    'keeps old keys': inCollections((all) => {
      const seen = new Map<string, Document[]>();
      return {
        async find(options = {}) {
          const key = JSON.stringify(options);
          const found = seen.get(key) ?? (await all.find(options));
          seen.set(key, found);
          return found;
        },
      };
    }),
  },
  'sorts by an index in both directions, each document once': {
    'reads an index in one direction': finding(({ sort = [], ...options }) => ({
      ...options,
      sort: sort.map(([path]) => [path, path === 'n' ? 1 : -1] as const),
    })),
    'gives a document twice': inCollections((all) => ({
      find: async (options) =>
        (await all.find(options)).flatMap((document, index) => (index === 0 ? [document, document] : [document])),
    })),
  },
  'refuses what a unique index refuses, in every kind of write, and changes nothing': {
    'has no unique indexes': withIndexes((all) => all.map((index) => ({ ...index, unique: false }))),
    'counts the first field alone': withIndexes((all) =>
      all.map((index) => ({ ...index, fields: index.fields.slice(0, 1) })),
    ),
  },
  'counts a missing field as null in a unique index': {
    'leaves missing fields out': withIndexes((all) =>
      all.map((index) => ({ ...index, onlyWhereString: index.fields[0]?.[0] ?? '' })),
    ),
  },
  'frees a unique value when its document lets go of it': {
    'remembers values for ever': ({ database }) => {
      const taken = new Set<string>();
      const broken = inCollections((all) => ({
        async insertOne(document) {
          const key = String(document.sid);
          if (taken.has(key)) throw new Error('taken');
          taken.add(key);
          await all.insertOne(document);
        },
      }));
      return broken({ database });
    },
  },
  'binds a partial unique index to documents in which the field is a string': {
    'binds all documents': withIndexes((all) => all.map(({ onlyWhereString: _where, ...index }) => index)),
    'binds none': withIndexes((all) => all.map((index) => ({ ...index, unique: false }))),
  },
};
