import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Collection, CollectionOperation, Document, OperationResult } from '@verifiedfan/ports';
import type { SqliteFile } from '../file.ts';
import { assertId } from './filter.ts';
import type { Reading } from './reading.ts';
import type { Shelf } from './shelf.ts';

export type CollectionParts = {
  name: string;
  file: SqliteFile;
  shelf: () => Shelf;
  reading: () => Reading;
  /** Applies operations in one transaction. */
  apply: (operations: readonly CollectionOperation[]) => OperationResult[];
};

/** Operations of one transaction; a longer list lets others have their turn in between. */
const MAX_TOGETHER = 2_000;

const findDocument = (shelf: Shelf, id: string): Document | undefined => {
  assertId(id);
  return shelf.findById(id)?.document;
};

const failAll = (operations: readonly CollectionOperation[], error: unknown): OperationResult[] => {
  if (!(error instanceof Error)) throw error;
  return operations.map(() => ({ outcome: 'failed', error }));
};

/** The calls of the port over what is stored; D is the caller's promise about its own documents. */
export const createCollection = <D extends Document>({
  name,
  file,
  shelf,
  reading,
  apply,
}: CollectionParts): Collection<D> => {
  const applyOne = (operation: CollectionOperation): OperationResult => {
    const [result] = apply([operation]);
    return result as OperationResult;
  };

  return {
    name,
    async findById(id) {
      return file.run(() => findDocument(shelf(), id)) as D | undefined;
    },
    async findByIds(ids) {
      const found: (Document | undefined)[] = [];
      for (let start = 0; start < ids.length; start += MAX_TOGETHER) {
        if (start > 0) await nextTurn();
        const some = ids.slice(start, start + MAX_TOGETHER);
        found.push(...file.run(() => some.map((id) => findDocument(shelf(), id))));
      }
      return found as (D | undefined)[];
    },
    async findOne(filter, { sort = [] } = {}) {
      const [first] = await reading().find({ filter, sort, limit: 1 });
      return first as D | undefined;
    },
    async find(options = {}) {
      return (await reading().find(options)) as D[];
    },
    count: async (filter = {}) => reading().count(filter),
    async insertOne(document) {
      const result = applyOne({ insertOne: { document } });
      if (result.outcome === 'failed') throw result.error;
    },
    async updateOne(filter, update, { upsert = false } = {}) {
      return applyOne({ updateOne: { filter, update, upsert } });
    },
    async deleteOne(filter) {
      const result = applyOne({ deleteOne: { filter } });
      if (result.outcome === 'failed') throw result.error;
      return result.matched;
    },
    async bulkWrite(operations) {
      const results: OperationResult[] = [];
      for (let start = 0; start < operations.length; start += MAX_TOGETHER) {
        if (start > 0) await nextTurn();
        const some = operations.slice(start, start + MAX_TOGETHER);
        try {
          results.push(...apply(some));
        } catch (error) {
          // What an earlier part has committed is done, and the caller has to learn of it.
          if (start === 0) throw error;
          results.push(...failAll(some, error));
        }
      }
      return results;
    },
  };
};
