import type { Document } from '@verifiedfan/ports';
import { type Flaws, inCollections, inserting, operating, updating } from './collection-mutants.ts';

const cutId = (document: Document): Document => ({ ...document, _id: String(document._id).slice(0, 511) || 'none' });

export const storing: Flaws = {
  'hands back documents by id as they were, in the order of the ids asked for': {
    'answers in its own order': inCollections((all) => ({
      findByIds: async (ids) => await all.findByIds([...ids].sort()),
    })),
    'leaves out what is missing': inCollections((all) => ({
      findByIds: async (ids) => (await all.findByIds(ids)).filter((document) => document !== undefined),
    })),
    'ends texts at a zero': inserting((document) => ({
      ...document,
      ...(document.text ? { text: String(document.text).split('\u0000')[0] ?? '' } : {}),
    })),
  },
  'refuses a second document under an id, and keeps the first': {
    overwrites: operating((operation) =>
      'insertOne' in operation
        ? {
            replaceOne: {
              filter: { _id: operation.insertOne.document._id },
              replacement: operation.insertOne.document,
              upsert: true,
            },
          }
        : operation,
    ),
  },
  'refuses ids that are no text of 1 to 512 bytes': {
    'cuts ids': inserting(cutId),
    'takes numbers for text': inserting((document) => ({ ...document, _id: String(document._id) })),
  },
  'refuses a document of more than 16 MiB': {
    'cuts documents': inserting((document) => (document._id === 'b' ? { _id: 'b' } : document)),
  },
  'shares no object with its callers': {
    'keeps what it answered': inCollections((all) => {
      const kept = new Map<string, Document | undefined>();
      return {
        async findById(id) {
          if (!kept.has(id)) kept.set(id, await all.findById(id));
          return kept.get(id);
        },
      };
    }),
  },
  'deletes one document that matches, and says how many that were': {
    'deletes all that match': inCollections((all) => ({
      async deleteOne(filter) {
        const count = await all.deleteOne(filter);
        while ((await all.deleteOne(filter)) > 0);
        return count;
      },
    })),
    'always answers 1': inCollections((all) => ({
      deleteOne: async (filter) => ((await all.deleteOne(filter)) ? 1 : 1),
    })),
  },
  'keeps collections apart': {
    'keeps them together': ({ database }) => ({
      database: { ...database, collection: () => database.collection('all') },
    }),
  },
};

export const bulk: Flaws = {
  'answers every operation of a bulk in its place, and goes on behind one that fails': {
    'stops at the first failure': inCollections((all) => ({
      async bulkWrite(operations) {
        const results = [];
        for (const operation of operations) {
          const [result] = await all.bulkWrite([operation]);
          if (result) results.push(result);
          if (result?.outcome === 'failed') break;
        }
        return results;
      },
    })),
    'answers failures first': inCollections((all) => ({
      bulkWrite: async (operations) =>
        (await all.bulkWrite(operations)).sort((a, b) => b.outcome.localeCompare(a.outcome)),
    })),
  },
  'lets an operation of a bulk see those before it': {
    'drops repeats in a bulk': inCollections((all) => ({
      bulkWrite: (operations) =>
        all.bulkWrite([...new Map(operations.map((operation) => [JSON.stringify(operation), operation])).values()]),
    })),
  },
  'writes under a revision only when it is still that one': {
    'looks at the id alone': updating((update) => ({ ...update, filter: { _id: update.filter._id ?? '' } })),
  },
};
