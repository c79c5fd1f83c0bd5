import { invalid } from '@verifiedfan/driver';
import type { Calls } from '@verifiedfan/driver/calls';
import {
  type Collection,
  type CollectionOperation,
  type Document,
  type FindOptions,
  type OperationResult,
  PortError,
  type Random,
} from '@verifiedfan/ports';
import type { Document as Anything, MongoClient, Collection as MongoCollection } from 'mongodb';
import type { createBulk } from './bulk.ts';
import { assertFilter, assertId } from './checks.ts';
import { toPortError } from './errors.ts';
import { applyModel, type Model, type Stored, toModel } from './operations.ts';
import type { Use } from './use.ts';

export type CollectionParts = {
  name: string;
  client: MongoClient;
  stored: MongoCollection<Stored>;
  calls: Calls<Use>;
  bulk: ReturnType<typeof createBulk>;
  /** Makes the collection and its indexes, once. */
  prepare: () => Promise<void>;
  random: Random;
  maxTimeMS: number;
};

/** Ids of one query, and operations of one bulk command: what a server works off in a fraction of its time limit. */
const MAX_TOGETHER = 1_000;

const assertCount = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 0) throw invalid(`${name} must be a whole number from 0`);
};

const assertSort = (sort: NonNullable<FindOptions['sort']>): void => {
  for (const [path, direction] of sort) {
    if (path.split('.').includes('')) throw invalid('a path has an empty part');
    if (direction !== 1 && direction !== -1) throw invalid('the direction of a sort is 1 or -1');
  }
};

const chunksOf = <Entry>(entries: readonly Entry[]): Entry[][] =>
  Array.from({ length: Math.ceil(entries.length / MAX_TOGETHER) }, (_, index) =>
    entries.slice(index * MAX_TOGETHER, (index + 1) * MAX_TOGETHER),
  );

/** The calls of the port on one collection; D is the caller's promise about its own documents. */
export const createCollection = <D extends Document>(parts: CollectionParts): Collection<D> => {
  const { name, client, stored, calls, bulk, prepare, random, maxTimeMS } = parts;
  const resource = name;

  const run = <Answer>(operation: string, call: () => Promise<Answer>, requests = 1): Promise<Answer> =>
    calls.run(resource, { operation, requests }, async () => {
      await prepare();
      return call();
    });

  const find = async ({ filter = {}, sort = [], limit, skip = 0 }: FindOptions): Promise<D[]> => {
    assertFilter(filter);
    assertSort(sort);
    assertCount('skip', skip);
    if (limit !== undefined) assertCount('limit', limit);
    // To MongoDB a limit of 0 is none.
    if (limit === 0) return [];
    const options = { maxTimeMS, ...(limit === undefined ? {} : { limit }), ...(skip === 0 ? {} : { skip }) };
    const cursor = stored.find(filter, options);
    if (sort.length > 0) cursor.sort(new Map(sort));
    return (await cursor.toArray()) as Anything[] as D[];
  };

  const findSome = async (ids: readonly string[]): Promise<(D | undefined)[]> => {
    const found = await find({ filter: { _id: { $in: [...new Set(ids)] } } });
    const byId = new Map(found.map((document) => [document._id, document]));
    const given = new Set<string>();
    return ids.map((id) => {
      const document = byId.get(id);
      // An id that is asked for twice is answered with two objects: callers may change what they get.
      if (document === undefined || !given.has(id)) {
        given.add(id);
        return document;
      }
      return structuredClone(document);
    });
  };

  const apply = (operation: string, one: CollectionOperation): Promise<OperationResult> =>
    run(operation, () => applyModel(stored, toModel(one, random), { maxTimeMS }));

  /** Operations that are wrong in themselves are answered here, in their places, and the others sent. */
  const applyMany = async (operations: readonly CollectionOperation[]): Promise<OperationResult[]> => {
    const place = { operation: 'bulkWrite', resource };
    const checked = operations.map((operation): Model | PortError => {
      try {
        return toModel(operation, random);
      } catch (error) {
        return toPortError(error, place);
      }
    });
    const models = checked.filter((one): one is Model => !(one instanceof PortError));
    const answers = (await bulk({ client, collection: stored, models, maxTimeMS, place })).values();
    return checked.map((one): OperationResult => {
      if (one instanceof PortError) return { outcome: 'failed', error: one };
      return answers.next().value as OperationResult;
    });
  };

  return {
    name,
    findById: (id) =>
      run('findOne', async () => {
        assertId(id);
        return (await find({ filter: { _id: id }, limit: 1 }))[0];
      }),
    findByIds: (ids) =>
      run('find', async () => {
        ids.forEach(assertId);
        const found: (D | undefined)[] = [];
        for (const some of chunksOf(ids)) found.push(...(await findSome(some)));
        return found;
      }),
    findOne: (filter, { sort = [] } = {}) => run('findOne', async () => (await find({ filter, sort, limit: 1 }))[0]),
    find: (options = {}) => run('find', () => find(options)),
    count: (filter = {}) =>
      run('countDocuments', () => {
        assertFilter(filter);
        return stored.countDocuments(filter, { maxTimeMS });
      }),
    async insertOne(document) {
      await apply('insertOne', { insertOne: { document } });
    },
    async updateOne(filter, update, { upsert = false } = {}) {
      try {
        return await apply('updateOne', { updateOne: { filter, update, upsert } });
      } catch (error) {
        if (error instanceof PortError && isRefusal(error)) return { outcome: 'failed', error };
        throw error;
      }
    },
    async deleteOne(filter) {
      const result = await apply('deleteOne', { deleteOne: { filter } });
      return result.outcome === 'done' ? result.matched : 0;
    },
    bulkWrite: (operations) =>
      run(
        'bulkWrite',
        async () => {
          const results: OperationResult[] = [];
          for (const some of chunksOf(operations)) {
            try {
              results.push(...(await applyMany(some)));
            } catch (error) {
              // What an earlier part has done is done, and the caller has to learn of it.
              if (results.length === 0) throw error;
              const failed = toPortError(error, { operation: 'bulkWrite', resource });
              results.push(...some.map((): OperationResult => ({ outcome: 'failed', error: failed })));
            }
          }
          return results;
        },
        operations.length,
      ),
  };
};

/** The server looked at the operation and did not take it, in contrast to a server that did not answer. */
const isRefusal = ({ code }: PortError): boolean =>
  code === 'duplicate_key' || code === 'validation' || code === 'too_large';
