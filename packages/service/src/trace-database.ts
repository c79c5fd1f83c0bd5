import type { Collection, Database, Document } from '@verifiedfan/ports';
import { createInSpan } from './in-span.ts';
import type { ServiceTracing } from './pipeline/trace.ts';

/**
 * The same database with a span around each operation, such as `campaigns.findById`, carrying the correlation id and never a filter or a
 * document. Without tracing it is the database itself.
 */
export const traceDatabase = (database: Database, tracing: ServiceTracing | undefined): Database => {
  if (tracing?.enabled !== true) return database;
  const inSpan = createInSpan(tracing);
  const traced = <D extends Document>(inner: Collection<D>): Collection<D> => {
    const { name } = inner;
    return {
      name,
      findById: (id) => inSpan(`${name}.findById`, () => inner.findById(id)),
      findByIds: (ids) => inSpan(`${name}.findByIds`, () => inner.findByIds(ids)),
      findOne: (filter, options) => inSpan(`${name}.findOne`, () => inner.findOne(filter, options)),
      find: (options) => inSpan(`${name}.find`, () => inner.find(options)),
      count: (filter) => inSpan(`${name}.count`, () => inner.count(filter)),
      insertOne: (document) => inSpan(`${name}.insertOne`, () => inner.insertOne(document)),
      updateOne: (...call) => inSpan(`${name}.updateOne`, () => inner.updateOne(...call)),
      deleteOne: (filter) => inSpan(`${name}.deleteOne`, () => inner.deleteOne(filter)),
      bulkWrite: (operations) => inSpan(`${name}.bulkWrite`, () => inner.bulkWrite(operations)),
    };
  };
  return {
    collection: (name, options) => traced(database.collection(name, options)),
    transact: (steps) => inSpan('database.transact', () => database.transact(steps)),
  };
};
