import type { JsonObject } from '@verifiedfan/ports';
import { type Flaws, inCollections, operating, updating } from './collection-mutants.ts';

const without = (object: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

export const updates: Flaws = {
  'applies the update operators of MongoDB': {
    'pushes lists whole': updating((one) => {
      const { $push } = one.update as { $push?: JsonObject };
      return $push
        ? {
            ...one,
            update: { ...one.update, $push: JSON.parse(JSON.stringify($push).replaceAll('"$each"', '"each"')) },
          }
        : one;
    }),
    'drops $unset': updating((one) => ({ ...one, update: { $set: {}, ...without(one.update, '$unset') } })),
    'sets instead of adding': updating((one) => JSON.parse(JSON.stringify(one).replaceAll('"$inc"', '"$set"'))),
  },
  'refuses an update that MongoDB refuses, and leaves the document as it was': {
    'drops what it does not know': updating((one) => ({
      ...one,
      update: { $set: {}, ...without(one.update, '$unknown') },
    })),
    'answers that it changed': inCollections((all) => ({
      async updateOne(filter, update) {
        const result = await all.updateOne(filter, update);
        return result.outcome === 'failed' ? { outcome: 'done', matched: 1, modified: 0 } : result;
      },
    })),
  },
  'changes one document at most, and tells matched from modified': {
    'changes all that match': inCollections((all) => ({
      async updateOne(filter, update, options) {
        const found = await all.find({ filter });
        for (const { _id } of found.slice(1)) await all.updateOne({ _id }, update);
        return all.updateOne(filter, update, options);
      },
    })),
    'counts matched as modified': inCollections((all) => ({
      async updateOne(filter, update, options) {
        const result = await all.updateOne(filter, update, options);
        return result.outcome === 'done' ? { ...result, modified: result.matched } : result;
      },
    })),
  },
  'makes a missing document from the filter, the update and $setOnInsert, once': {
    'does not make documents': updating((one) => ({ ...one, upsert: false })),
    'forgets $setOnInsert': updating((one) => ({ ...one, update: without(one.update, '$setOnInsert') })),
    'always applies $setOnInsert': updating((one) => ({
      ...one,
      update: { $set: { ...(one.update.$set as JsonObject), ...(one.update.$setOnInsert as JsonObject) } },
    })),
    'forgets the filter': updating((one) => ({ ...one, filter: { _id: one.filter._id ?? '' } })),
  },
  'gives a new document an id when nothing names one': {
    'does not tell the id': inCollections((all) => ({
      async updateOne(filter, update, options) {
        const result = await all.updateOne(filter, update, options);
        return result.outcome === 'done'
          ? { outcome: 'done', matched: result.matched, modified: result.modified }
          : result;
      },
    })),
    'makes no document': updating((one) => ({ ...one, upsert: false })),
  },
  'fails an upsert whose id is taken by a document that the filter passes over': {
    'changes that document': updating((one) => ({ ...one, filter: { _id: one.filter._id ?? '' } })),
    'answers that nothing matched': updating((one) => ({ ...one, upsert: false })),
  },
  'replaces a document whole, and never its id': {
    merges: operating((operation) => {
      if (!('replaceOne' in operation)) return operation;
      const { filter, replacement, upsert = false } = operation.replaceOne;
      return { updateOne: { filter, update: { $set: replacement as JsonObject }, upsert } };
    }),
    'keeps the stored id in silence': operating((operation) => {
      if (!('replaceOne' in operation)) return operation;
      const { filter, replacement } = operation.replaceOne;
      const _id = typeof filter._id === 'string' ? filter._id : replacement._id;
      return { replaceOne: { ...operation.replaceOne, replacement: { ...replacement, _id } } };
    }),
  },
};
