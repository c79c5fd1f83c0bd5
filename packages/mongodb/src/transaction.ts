import { type Clock, PortError, type Random, type TransactionResult, type TransactionStep } from '@verifiedfan/ports';
import type { ClientSession, MongoClient, Collection as MongoCollection } from 'mongodb';
import { codeOf, hasLabel, toPortError } from './errors.ts';
import { applyModel, type Done, type Model, type Stored, toModel } from './operations.ts';

export type TransactOptions = {
  client: MongoClient;
  steps: readonly TransactionStep[];
  collection: (name: string) => MongoCollection<Stored>;
  maxTimeMS: number;
  /** Runs of the whole list, the first one included. */
  maxAttempts: number;
  clock: Clock;
  random: Random;
};

const DUPLICATE_KEY = 11_000;
const FIRST_DELAY_MS = 10;
const MAX_DELAY_MS = 500;

type Aborted = Extract<TransactionResult, { outcome: 'aborted' }>;

const runSteps = async (
  session: ClientSession,
  models: readonly Model[],
  { steps, collection, maxTimeMS }: TransactOptions,
): Promise<Done[] | Aborted> => {
  const results: Done[] = [];
  for (const [step, { collection: name, expectMatched }] of steps.entries()) {
    try {
      const result = await applyModel(collection(name), models[step] as Model, { session, maxTimeMS });
      if (expectMatched !== undefined && result.matched !== expectMatched) {
        return { outcome: 'aborted', step, code: 'unexpected_match' };
      }
      results.push(result);
    } catch (error) {
      if (codeOf(error) !== DUPLICATE_KEY) throw error;
      return { outcome: 'aborted', step, code: 'duplicate_key' };
    }
  }
  return results;
};

/** A commit may be repeated as often as it takes to learn how it ended: the server does it once. */
const commit = async (session: ClientSession, options: TransactOptions): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || attempt >= options.maxAttempts) throw error;
      await pause(attempt, options);
    }
  }
};

/** Exponential with full jitter, so that two that met once do not meet again. */
const pause = (attempt: number, { clock, random }: TransactOptions): Promise<void> =>
  clock.sleep(Math.ceil(random.next() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt)));

const attemptOnce = async (models: readonly Model[], options: TransactOptions): Promise<TransactionResult> => {
  const session = options.client.startSession();
  try {
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
      maxCommitTimeMS: options.maxTimeMS,
    });
    const results = await runSteps(session, models, options);
    if (!Array.isArray(results)) return results;
    await commit(session, options);
    return { outcome: 'committed', results };
  } finally {
    // Aborts what was not committed.
    await session.endSession();
  }
};

const isTransient = (error: unknown): boolean =>
  hasLabel(error, 'TransientTransactionError') && !hasLabel(error, 'UnknownTransactionCommitResult');

/**
 * Runs all steps or none. A transaction that met another one is run again from the start, a few times; after that it is `conflict`.
 * A step that is wrong in itself throws `validation` or `too_large`, and nothing is written either.
 */
export const transact = async (options: TransactOptions): Promise<TransactionResult> => {
  const models = options.steps.map(({ operation }) => toModel(operation, options.random));
  if (models.length === 0) return { outcome: 'committed', results: [] };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(models, options);
    } catch (error) {
      if (!isTransient(error) || attempt >= options.maxAttempts) throw explain(error);
    }
    await pause(attempt, options);
  }
};

const explain = (error: unknown): unknown => {
  if (!hasLabel(error, 'UnknownTransactionCommitResult')) return error;
  return new PortError({
    code: 'unavailable',
    message: 'whether the transaction was committed is not known',
    cause: toPortError(error, { operation: 'commitTransaction', resource: '' }).cause,
  });
};
