import { groupBy } from './group.ts';
import { abortSignal, callable, checkOptions, optional, positiveInteger } from './options.ts';

export type MapParallelOptions = {
  /** Most calls under way at once, at least 1. There is no default: the bound belongs to what is called. */
  concurrency: number;
  /** When it aborts, no further call begins; those under way end, then the answer rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
};

export type MapByKeyOptions<Item> = MapParallelOptions & {
  /** Items of one key are worked on one after the other, in their order. Keys compare as in `Map`. */
  keyOf: (item: Item, index: number) => unknown;
};

type Task<Item> = { index: number; item: Item };
type Stop = { readonly requested: boolean };

/**
 * Runs `work` over the tasks with at most `concurrency` under way. The first error, or the signal, keeps further ones from
 * beginning; the answer comes only when none is under way any more, so a caller may clean up or try again without overlap.
 */
const runBounded = async <Entry>(
  entries: Iterable<Entry>,
  work: (entry: Entry, stop: Stop) => Promise<void>,
  { concurrency, signal }: MapParallelOptions,
): Promise<void> => {
  const errors: unknown[] = [];
  const stop: Stop = {
    get requested() {
      return errors.length > 0 || signal?.aborted === true;
    },
  };
  const queue = Iterator.from(entries);
  const runLane = async (): Promise<void> => {
    while (!stop.requested) {
      try {
        const next = queue.next();
        if (next.done) return;
        await work(next.value, stop);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, runLane));
  if (errors.length > 0) throw errors[0];
  signal?.throwIfAborted();
};

/**
 * Calls `fn` for every item, at most `concurrency` at a time, and answers in the order of the items.
 * Rejects with the first error; no call begins after it, and those under way are awaited first.
 */
export const mapParallel = async <Item, Result>(
  items: Iterable<Item>,
  fn: (item: Item, index: number) => Result | Promise<Result>,
  options: MapParallelOptions,
): Promise<Result[]> => {
  checkOptions<MapParallelOptions>('mapParallel', options, {
    concurrency: positiveInteger,
    signal: optional(abortSignal),
  });
  const tasks = Array.from(items, (item, index) => ({ item, index }));
  const results = new Array<Result>(tasks.length);
  const call = async ({ item, index }: Task<Item>): Promise<void> => {
    results[index] = await fn(item, index);
  };
  await runBounded(tasks, call, { ...options, concurrency: Math.min(options.concurrency, tasks.length) });
  return results;
};

/**
 * Like `mapParallel`, but parallel across keys and serial per key: the next item of a key waits for the one before it, so updates
 * of one member are never reordered. Answers in the order of the items. Catch in `fn` to let one key fail alone.
 */
export const mapByKey = async <Item, Result>(
  items: Iterable<Item>,
  fn: (item: Item, index: number) => Result | Promise<Result>,
  options: MapByKeyOptions<Item>,
): Promise<Result[]> => {
  checkOptions<MapByKeyOptions<Item>>('mapByKey', options, {
    concurrency: positiveInteger,
    signal: optional(abortSignal),
    keyOf: callable,
  });
  const { keyOf, concurrency, signal } = options;
  const tasks = Array.from(items, (item, index) => ({ item, index }));
  const results = new Array<Result>(tasks.length);
  const groups = groupBy(tasks, ({ item, index }) => keyOf(item, index));
  const callInTurn = async (group: Task<Item>[], stop: Stop): Promise<void> => {
    for (const { item, index } of group) {
      if (stop.requested) return;
      results[index] = await fn(item, index);
    }
  };
  await runBounded(groups.values(), callInTurn, { concurrency: Math.min(concurrency, groups.size), signal });
  return results;
};
