import { BatchError, type BatchErrorCode } from './errors.ts';
import { isFailed, type Outcome } from './outcome.ts';

export type Entry<Item> = { index: number; item: Item; bytes: number; key: unknown };

export type EntryQueueOptions<Item> = {
  batchSize: number;
  maxBytes?: number | undefined;
  sizeOf?: ((item: Item) => number) | undefined;
  keyOf?: ((item: Item) => unknown) | undefined;
  stopKeyOnFailure?: boolean | undefined;
};

/**
 * Holds the entries that may be sent now, in their order, and behind each key those that wait for the entry in front of them.
 * An entry is waiting, then ready, then taken, then settled. Without `keyOf` nothing waits.
 */
export const createEntryQueue = <Item, Result extends object>(
  items: readonly Item[],
  { batchSize, maxBytes = Number.POSITIVE_INFINITY, sizeOf, keyOf, stopKeyOnFailure = false }: EntryQueueOptions<Item>,
) => {
  const outcomes = new Array<Outcome<Result>>(items.length);
  const ready: Entry<Item>[] = [];
  let taken = 0;
  const waitingByKey = new Map<unknown, Entry<Item>[]>();
  const failedKeys = new Set<unknown>();
  let release = Promise.withResolvers<void>();

  for (const [index, item] of items.entries()) {
    const entry = { index, item, bytes: sizeOf?.(item) ?? 0, key: keyOf?.(item) };
    const waiting = waitingByKey.get(entry.key);
    if (keyOf === undefined || waiting === undefined) ready.push(entry);
    else waiting.push(entry);
    if (keyOf !== undefined && waiting === undefined) waitingByKey.set(entry.key, []);
  }
  // Turned over once, so that the next one of a key is taken from the end: from the front it would cost its length each time.
  for (const waiting of waitingByKey.values()) waiting.reverse();

  const settle = (entry: Entry<Item>, outcome: Outcome<Result>): void => {
    outcomes[entry.index] = outcome;
    if (stopKeyOnFailure && isFailed(outcome)) failedKeys.add(entry.key);
    const next = waitingByKey.get(entry.key)?.pop();
    if (next === undefined) return;
    ready.push(next);
    release.resolve();
    release = Promise.withResolvers();
  };

  const refusalOf = (entry: Entry<Item>): BatchErrorCode | undefined => {
    if (keyOf !== undefined && failedKeys.has(entry.key)) return 'held_back';
    return entry.bytes > maxBytes ? 'too_large' : undefined;
  };

  return {
    /** One outcome per item, complete when every entry is settled. */
    outcomes,
    settle,
    /** The next entries that fit into one batch; empty when none is ready. Settles those that cannot be sent at all. */
    takeBatch(): Entry<Item>[] {
      const batch: Entry<Item>[] = [];
      let bytes = 0;
      for (; batch.length < batchSize; taken++) {
        const entry = ready[taken];
        if (entry === undefined) break;
        const refusal = refusalOf(entry);
        if (refusal !== undefined) {
          settle(entry, { error: new BatchError(refusal) });
          continue;
        }
        if (bytes + entry.bytes > maxBytes) break;
        batch.push(entry);
        bytes += entry.bytes;
      }
      return batch;
    },
    /** Resolves when an entry that waited is ready. */
    released: (): Promise<void> => release.promise,
  };
};
