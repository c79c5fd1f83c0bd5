import { invalid } from '@verifiedfan/driver';
import type {
  CollectionOperation,
  Document,
  Filter,
  JsonObject,
  OperationResult,
  Random,
  UpdateOperators,
} from '@verifiedfan/ports';
import type { ClientSession, Collection as MongoCollection, UpdateFilter } from 'mongodb';
import { assertDocument, assertFilter, assertId, assertUpdate, idOfUpsert, isObject } from './checks.ts';

/** As the driver sees a document. */
export type Stored = Document;
/** An operation of the port that was checked, with everything filled in. */
export type Model =
  | { insertOne: { document: Document } }
  | { updateOne: { filter: Filter; update: UpdateOperators; upsert: boolean } }
  | { replaceOne: { filter: Filter; replacement: Document; upsert: boolean } }
  | { deleteOne: { filter: Filter } };
export type Done = Extract<OperationResult, { outcome: 'done' }>;

export const done = (matched: number, modified: number, upsertedId?: string): Done => ({
  outcome: 'done',
  matched,
  modified,
  ...(upsertedId === undefined ? {} : { upsertedId }),
});

/** Twelve random bytes in hex, the shape of the ids that MongoDB makes. */
const makeId = (random: Random): string => Buffer.from(random.bytes(12)).toString('hex');

/** An upsert without an id would get one that is no text, so it is given one here. */
const withId = (filter: Filter, update: UpdateOperators, random: Random): UpdateOperators => {
  const id = idOfUpsert(filter);
  if (id !== undefined) {
    assertId(id);
    return update;
  }
  const { $set, $setOnInsert = {} } = update;
  if (!isObject($setOnInsert)) throw invalid('$setOnInsert needs an object');
  const given = $setOnInsert._id ?? (isObject($set) ? $set._id : undefined);
  if (given !== undefined) {
    assertId(given);
    return update;
  }
  return { ...update, $setOnInsert: { ...($setOnInsert as JsonObject), _id: makeId(random) } };
};

/** Checks an operation of the port and says it in the words of the driver. Throws `validation` or `too_large`. */
export const toModel = (operation: CollectionOperation, random: Random): Model => {
  if ('insertOne' in operation) {
    const { document } = operation.insertOne;
    assertDocument(document);
    return { insertOne: { document } };
  }
  if ('updateOne' in operation) {
    const { filter, update, upsert = false } = operation.updateOne;
    assertFilter(filter);
    assertUpdate(update);
    return { updateOne: { filter, update: upsert ? withId(filter, update, random) : update, upsert } };
  }
  if ('replaceOne' in operation) {
    const { filter, replacement, upsert = false } = operation.replaceOne;
    assertFilter(filter);
    assertDocument(replacement);
    return { replaceOne: { filter, replacement, upsert } };
  }
  if ('deleteOne' in operation) {
    const { filter } = operation.deleteOne;
    assertFilter(filter);
    return { deleteOne: { filter } };
  }
  throw invalid('an operation is none of insertOne, updateOne, replaceOne and deleteOne');
};

export type ApplyOptions = { maxTimeMS: number; session?: ClientSession };

type Part<Kind extends string> = Extract<Model, Record<Kind, unknown>>[Kind &
  keyof Extract<Model, Record<Kind, unknown>>];

const updateOne = (
  collection: MongoCollection<Stored>,
  { filter, update, upsert }: Part<'updateOne'>,
  options: ApplyOptions,
) => collection.updateOne(filter, update as UpdateFilter<Stored>, { ...options, upsert });

const replaceOne = (
  collection: MongoCollection<Stored>,
  { filter, replacement, upsert }: Part<'replaceOne'>,
  options: ApplyOptions,
) => collection.replaceOne(filter, replacement, { ...options, upsert });

/** Runs one operation as a command of its own. */
export const applyModel = async (
  collection: MongoCollection<Stored>,
  model: Model,
  options: ApplyOptions,
): Promise<Done> => {
  if ('insertOne' in model) {
    // Copied shallowly, because the driver may add to what it is given.
    await collection.insertOne({ ...model.insertOne.document }, options);
    return done(1, 0);
  }
  if ('deleteOne' in model) {
    const { deletedCount } = await collection.deleteOne(model.deleteOne.filter, options);
    return done(deletedCount, 0);
  }
  const answer = await ('updateOne' in model
    ? updateOne(collection, model.updateOne, options)
    : replaceOne(collection, model.replaceOne, options));
  const { matchedCount, modifiedCount, upsertedId } = answer;
  return upsertedId === null ? done(matchedCount, modifiedCount) : done(0, 0, String(upsertedId));
};

/** The id that an operation is about, where its filter says so plainly. */
export const idOf = (model: Model): string | undefined => {
  if ('insertOne' in model) return model.insertOne.document._id;
  const { filter } =
    'updateOne' in model ? model.updateOne : 'replaceOne' in model ? model.replaceOne : model.deleteOne;
  return typeof filter._id === 'string' ? filter._id : undefined;
};
