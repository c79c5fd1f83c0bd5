import type { Clock, Random } from '@verifiedfan/ports';
import type { Entry } from './entry-queue.ts';
import { BatchError } from './errors.ts';
import { type BatchContext, type BatchFunction, type Failed, isFailed, type Outcome } from './outcome.ts';

type RetryOptions = {
  attempts?: number | undefined;
  backoffMs?: number | undefined;
  maxBackoffMs?: number | undefined;
  isRetryable?: ((error: Error) => boolean) | undefined;
  clock: Clock;
  random: Random;
};

type BatchRun<Item, Result extends object> = {
  fn: BatchFunction<Item, Result>;
  batch: Entry<Item>[];
  settle: (entry: Entry<Item>, outcome: Outcome<Result>) => void;
  options: RetryOptions;
  signal: AbortSignal | undefined;
};

const saysRetryable = (error: Error): boolean => 'retryable' in error && error.retryable === true;

const toError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error('Not an error', { cause: thrown });

const isAnswer = (answer: unknown, length: number): boolean =>
  Array.isArray(answer) &&
  answer.length === length &&
  answer.every((outcome) => typeof outcome === 'object' && outcome);

/** Calls the bulk function once; answers one outcome per entry, whatever it does. */
const callOnce = async <Item, Result extends object>(
  fn: BatchFunction<Item, Result>,
  entries: Entry<Item>[],
  context: BatchContext,
): Promise<readonly Outcome<Result>[]> => {
  const items = entries.map(({ item }) => item);
  try {
    const outcomes = await fn(items, context);
    if (isAnswer(outcomes, entries.length)) return outcomes;
    return entries.map(() => ({ error: new BatchError('wrong_answer') }));
  } catch (thrown) {
    const error = toError(thrown);
    return entries.map(() => ({ error }));
  }
};

/**
 * Sends a batch, and what failed in a way that may pass again, alone, until all entries are settled. The wait grows and is chosen at
 * random from its whole range, so that callers which failed together do not come back together ("full jitter"):
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const runBatch = async <Item, Result extends object>({
  fn,
  batch,
  settle,
  options,
  signal,
}: BatchRun<Item, Result>): Promise<void> => {
  const { attempts = 3, backoffMs = 100, maxBackoffMs = 5_000, isRetryable = saysRetryable, clock, random } = options;
  let failures = batch.map((entry): { entry: Entry<Item>; failure: Failed } => ({
    entry,
    failure: { error: new BatchError('aborted') },
  }));
  for (let attempt = 1; failures.length > 0 && !signal?.aborted; attempt++) {
    const entries = failures.map(({ entry }) => entry);
    const outcomes = await callOnce(fn, entries, { attempt, signal });
    failures = [];
    for (const [index, entry] of entries.entries()) {
      const outcome = outcomes[index] ?? { error: new BatchError('wrong_answer') };
      if (attempt < attempts && isFailed(outcome) && isRetryable(outcome.error))
        failures.push({ entry, failure: outcome });
      else settle(entry, outcome);
    }
    if (failures.length === 0) return;
    await clock.sleep(random.next() * Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 1)), signal);
  }
  for (const { entry, failure } of failures) settle(entry, failure);
};
