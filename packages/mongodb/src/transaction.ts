import { type Clock, PortError, type Random, type TransactionResult, type TransactionStep } from '@verifiedfan/ports';
import type { ClientSession, MongoClient, Collection as MongoCollection } from 'mongodb';
import { codeOf, hasLabel, isRawConnectionError, toPortError } from './errors.ts';
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

const unknownOutcome = (error: unknown): PortError =>
  new PortError({
    code: 'unavailable',
    message: 'whether the transaction was committed is not known',
    cause: toPortError(error, { operation: 'commitTransaction', resource: '' }).cause,
  });

/** A commit may be repeated as often as it takes to learn how it ended: the server does it once. */
const commit = async (session: ClientSession, options: TransactOptions): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') && !isRawConnectionError(error)) throw error;
      if (attempt >= options.maxAttempts) throw unknownOutcome(error);
      await pause(attempt, options);
    }
  }
};

/** Exponential with full jitter, so that two that met once do not meet again. */
const pause = (attempt: number, { clock, random }: TransactOptions): Promise<void> =>
  clock.sleep(Math.ceil(random.next() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt)));

/** Once more in the same session: the server gives up what an earlier run has left open there, as soon as it hears of the next one. */
const attemptOnce = async (
  session: ClientSession,
  models: readonly Model[],
  options: TransactOptions,
): Promise<TransactionResult> => {
  session.startTransaction({
    readConcern: { level: 'snapshot' },
    writeConcern: { w: 'majority' },
    maxCommitTimeMS: options.maxTimeMS,
  });
  try {
    const results = await runSteps(session, models, options);
    if (!Array.isArray(results)) return results;
    await commit(session, options);
    return { outcome: 'committed', results };
  } finally {
    // Where the server does not hear of it, it gives the transaction up by itself, after a minute.
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
  }
};

/** What a step threw has changed nothing: a transaction whose commit was not asked for never happened. */
const isTransient = (error: unknown): boolean =>
  hasLabel(error, 'TransientTransactionError') || isRawConnectionError(error);

/**
 * Runs all steps or none. A transaction that met another one is run again from the start, a few times; after that it is `conflict`.
 * A step that is wrong in itself throws `validation` or `too_large`, and nothing is written either.
 */
export const transact = async (options: TransactOptions): Promise<TransactionResult> => {
  const models = options.steps.map(({ operation }) => toModel(operation, options.random));
  if (models.length === 0) return { outcome: 'committed', results: [] };
  const session = options.client.startSession();
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce(session, models, options);
      } catch (error) {
        if (!isTransient(error) || attempt >= options.maxAttempts) throw error;
      }
      await pause(attempt, options);
    }
  } finally {
    await session.endSession();
  }
};
