import type {
  Collection,
  CollectionOperation,
  Database,
  Document,
  Filter,
  FindOptions,
  IndexDefinition,
  UpdateOperators,
} from '@verifiedfan/ports';
import type { DatabaseSubject } from '../src/index.ts';

export type DatabaseFlaw = (subject: DatabaseSubject) => DatabaseSubject;
/** Broken databases by the case that has to notice them. */
export type Flaws = Record<string, Record<string, DatabaseFlaw>>;
type Damage = (collection: Collection, database: Database, name: string) => Partial<Collection>;

/** Breaks every collection of the database. */
export const inCollections =
  (damage: Damage): DatabaseFlaw =>
  ({ database }) => ({
    database: {
      ...database,
      collection<D extends Document>(name: string, options?: Parameters<Database['collection']>[1]) {
        const sound = database.collection<Document>(name, options);
        return { ...sound, ...damage(sound, database, name) } as unknown as Collection<D>;
      },
    },
  });

export const inTransactions =
  (damage: (database: Database) => Database['transact']): DatabaseFlaw =>
  (subject) => ({
    database: { ...subject.database, transact: damage(subject.database) },
  });

/** Opens collections with other indexes. */
export const withIndexes =
  (change: (indexes: readonly IndexDefinition[]) => IndexDefinition[]): DatabaseFlaw =>
  ({ database }) => ({
    database: {
      ...database,
      collection: (name, { indexes } = {}) => database.collection(name, indexes ? { indexes: change(indexes) } : {}),
    },
  });

export const finding = (change: (options: FindOptions) => FindOptions): DatabaseFlaw =>
  inCollections((collection) => ({
    find: (options = {}) => collection.find(change(options)),
    findOne: async (filter, options = {}) =>
      (await collection.find({ ...change({ filter, ...options }), limit: 1 }))[0],
    count: async (filter = {}) => collection.count(change({ filter }).filter),
  }));

/** Changes every operation on its way in, whichever call brings it. */
export const operating =
  (change: (operation: CollectionOperation) => CollectionOperation): DatabaseFlaw =>
  (subject) => {
    const broken = inCollections((collection) => {
      const bulkWrite: Collection['bulkWrite'] = (operations) => collection.bulkWrite(operations.map(change));
      return {
        bulkWrite,
        async updateOne(filter, update, options) {
          const [result] = await bulkWrite([{ updateOne: { filter, update, ...options } }]);
          return result ?? { outcome: 'done', matched: 0, modified: 0 };
        },
        async insertOne(document) {
          const [result] = await bulkWrite([{ insertOne: { document } }]);
          if (result?.outcome === 'failed') throw result.error;
        },
      };
    })(subject);
    const { transact } = subject.database;
    return {
      database: {
        ...broken.database,
        transact: (steps) => transact(steps.map((step) => ({ ...step, operation: change(step.operation) }))),
      },
    };
  };

export const updating = (
  change: (update: { filter: Filter; update: UpdateOperators; upsert?: boolean }) => {
    filter: Filter;
    update: UpdateOperators;
    upsert?: boolean;
  },
): DatabaseFlaw =>
  operating((operation) => ('updateOne' in operation ? { updateOne: change(operation.updateOne) } : operation));

export const inserting = (change: (document: Document) => Document): DatabaseFlaw =>
  operating((operation) =>
    'insertOne' in operation ? { insertOne: { document: change(operation.insertOne.document) } } : operation,
  );
