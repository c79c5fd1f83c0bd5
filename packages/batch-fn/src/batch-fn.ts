import {
  abortSignal,
  callable,
  checkOptions,
  optional,
  positiveInteger,
  trueOrFalse,
  wholeNumber,
} from '@verifiedfan/map-utils';
import type { Clock, Random } from '@verifiedfan/ports';
import { createEntryQueue } from './entry-queue.ts';
import type { BatchFunction, Outcome } from './outcome.ts';
import { runBatch } from './run-batch.ts';

export type BatchOptions<Item> = {
  /** Most entries in a batch, at least 1. */
  batchSize: number;
  /** Most batches under way at once; one that waits for its next attempt counts. @default 1 */
  concurrency?: number | undefined;
  /** Most bytes in a batch, as `sizeOf` counts them. */
  maxBytes?: number | undefined;
  /** The bytes of an entry. Needed for `maxBytes`. */
  sizeOf?: ((item: Item) => number) | undefined;
  /** Entries of one key are sent one after the other: never two in a batch, and the next only when the one before it is settled. */
  keyOf?: ((item: Item) => unknown) | undefined;
  /** When an entry fails for good, later entries of its key fail with `held_back` instead of overtaking it. @default false */
  stopKeyOnFailure?: boolean | undefined;
  /** How often an entry is sent at most, the first time included. @default 3 */
  attempts?: number | undefined;
  /** The wait before attempt n + 1 is chosen evenly between 0 and `backoffMs` × 2^(n-1), in milliseconds. @default 100 */
  backoffMs?: number | undefined;
  /** Upper end of that wait in milliseconds. @default 5_000 */
  maxBackoffMs?: number | undefined;
  /** Whether an entry that failed so may be sent again. By default, when the error says `retryable: true`. */
  isRetryable?: ((error: Error) => boolean) | undefined;
  clock: Clock;
  random: Random;
};

const isPort: { expects: string; accepts: (value: unknown) => boolean } = {
  expects: 'a port',
  accepts: (value) => typeof value === 'object' && value !== null,
};

const checkBatchOptions = <Item>(options: BatchOptions<Item>): void =>
  checkOptions<BatchOptions<Item>>('batchFn', options, {
    batchSize: positiveInteger,
    concurrency: optional(positiveInteger),
    maxBytes: optional(positiveInteger),
    sizeOf: {
      expects: 'a function, because maxBytes is given',
      accepts: (value) => (value === undefined && options.maxBytes === undefined) || typeof value === 'function',
    },
    keyOf: optional(callable),
    stopKeyOnFailure: optional(trueOrFalse),
    attempts: optional(positiveInteger),
    backoffMs: optional(wholeNumber),
    maxBackoffMs: optional(wholeNumber),
    isRetryable: optional(callable),
    clock: isPort,
    random: isPort,
  });

/**
 * Makes a function over any number of entries out of one that takes a bounded batch. It answers one outcome per entry, in their
 * order; entries that failed in a way that may pass are sent again, they alone. It rejects only for a mistake of the caller (a throw
 * of `sizeOf` or `keyOf`, before anything is sent); everything else is an outcome, so no result of a finished batch is lost.
 */
export const batchFn = <Item, Result extends object>(
  fn: BatchFunction<Item, Result>,
  options: BatchOptions<Item>,
): ((items: readonly Item[], call?: { signal?: AbortSignal | undefined }) => Promise<Outcome<Result>[]>) => {
  checkBatchOptions(options);
  const { concurrency = 1 } = options;
  return async (items, call = {}) => {
    checkOptions<{ signal?: AbortSignal | undefined }>('batchFn', call, { signal: optional(abortSignal) });
    const queue = createEntryQueue<Item, Result>(items, options);
    const underWay = new Set<Promise<void>>();
    for (;;) {
      const batch = underWay.size < concurrency ? queue.takeBatch() : [];
      if (batch.length > 0) {
        const run = runBatch({ fn, batch, settle: queue.settle, options, signal: call.signal });
        const running = run.finally(() => underWay.delete(running));
        underWay.add(running);
      } else if (underWay.size > 0) {
        await Promise.race([...underWay, queue.released()]);
      } else {
        return queue.outcomes;
      }
    }
  };
};
