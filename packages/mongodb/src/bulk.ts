import type { OperationResult } from '@verifiedfan/ports';
import { type ClientBulkWriteModel, type ClientBulkWriteResult, MongoClientBulkWriteError } from 'mongodb';
import type { BulkOptions } from './bulk-options.ts';
import { COMMAND_NOT_FOUND, codeOf, toPortError } from './errors.ts';
import { applyOneByOne } from './one-by-one.ts';
import { done, idOf, type Model } from './operations.ts';

/** By the position of an operation; a position without an answer was not reached. */
type Answers = Map<number, OperationResult>;

type InsertedDocument = Extract<ClientBulkWriteModel, { name: 'insertOne' }>['document'];

const toClientModel = (namespace: string, model: Model): ClientBulkWriteModel => {
  // A copy, because the driver may add to what it is given.
  if ('insertOne' in model) {
    const document: Record<string, unknown> = { ...model.insertOne.document };
    return { name: 'insertOne', namespace, document: document as InsertedDocument };
  }
  if ('updateOne' in model) return { name: 'updateOne', namespace, ...model.updateOne };
  if ('replaceOne' in model) return { name: 'replaceOne', namespace, ...model.replaceOne };
  return { name: 'deleteOne', namespace, ...model.deleteOne };
};

const readAnswers = ({ insertResults, updateResults, deleteResults }: ClientBulkWriteResult): Answers => {
  const answers: Answers = new Map();
  for (const index of insertResults?.keys() ?? []) answers.set(index, done(1, 0));
  for (const [index, { deletedCount }] of deleteResults ?? []) answers.set(index, done(deletedCount, 0));
  for (const [index, { matchedCount, modifiedCount = 0, upsertedId, didUpsert }] of updateResults ?? []) {
    // The server counts a document that it made as matched.
    answers.set(index, didUpsert ? done(0, 0, String(upsertedId)) : done(matchedCount, modifiedCount));
  }
  return answers;
};

/** Sends one list. Throws when nothing in it was answered. */
const send = async (options: BulkOptions, models: readonly Model[], ordered: boolean): Promise<Answers> => {
  const { client, collection, maxTimeMS, place } = options;
  const operations = models.map((model) => toClientModel(collection.namespace, model));
  try {
    return readAnswers(await client.bulkWrite(operations, { ordered, verboseResults: true, maxTimeMS }));
  } catch (error) {
    if (!(error instanceof MongoClientBulkWriteError)) throw error;
    const answers = error.partialResult ? readAnswers(error.partialResult) : new Map();
    for (const [index, entry] of error.writeErrors) {
      answers.set(index, { outcome: 'failed', error: toPortError(entry, place) });
    }
    const cause = error.cause ?? error.writeConcernErrors[0];
    if (cause === undefined) return answers;
    // Some of it may be done; what exactly, the server does not say.
    if (answers.size === 0) throw cause;
    for (const index of models.keys()) {
      if (!answers.has(index)) answers.set(index, { outcome: 'failed', error: toPortError(cause, place) });
    }
    return answers;
  }
};

/** Nothing in the list can change what another part of it finds, except through a unique index of values that move between documents. */
const areApart = (models: readonly Model[]): boolean => {
  const ids = new Set(models.map(idOf));
  return ids.size === models.length && !ids.has(undefined);
};

/**
 * In order, with a new start behind every operation that failed: MongoDB stops there. Lists in which every operation has a document of its
 * own go in one piece, without stopping; mongod then keeps to the order all the same, as there is one shard for each key of a unique index.
 */
const sendAll = async (options: BulkOptions): Promise<OperationResult[]> => {
  const { models, place } = options;
  const ordered = !areApart(models);
  const results: OperationResult[] = [];
  while (results.length < models.length) {
    const rest = models.slice(results.length);
    let answers: Answers;
    try {
      answers = await send(options, rest, ordered);
    } catch (error) {
      if (results.length === 0) throw error;
      const failed = toPortError(error, place);
      answers = new Map(rest.map((_model, index) => [index, { outcome: 'failed', error: failed }]));
    }
    const before = results.length;
    for (let index = 0; answers.has(index); index += 1) results.push(answers.get(index) as OperationResult);
    if (results.length === before) throw new TypeError('the server answered no operation of a bulk');
  }
  return results;
};

/** Runs a bulk by MongoDB's `bulkWrite` command, which answers per operation; servers older than 8.0 and DocumentDB do not have it. */
export const createBulk = (): ((options: BulkOptions) => Promise<OperationResult[]>) => {
  let hasCommand = true;
  return async (options) => {
    if (options.models.length === 0) return [];
    if (!hasCommand) return applyOneByOne(options);
    try {
      return await sendAll(options);
    } catch (error) {
      if (codeOf(error) !== COMMAND_NOT_FOUND) throw error;
      hasCommand = false;
      return applyOneByOne(options);
    }
  };
};
