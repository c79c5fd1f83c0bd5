import type { Store, StoreBatch } from './store.ts';

/** Writes that reach the disk together. */
export type Group<State> = {
  readonly batch: StoreBatch;
  /** What becomes visible once the group is durable. */
  readonly state: State;
  /** Rough size of what was put, for back-pressure. */
  bytes: number;
  /** Settles with the outcome of the whole group. */
  readonly done: Promise<void>;
  readonly settle: { resolve(): void; reject(error: Error): void };
};

export type Writer<State> = {
  /** The group that collects now. Add to it and call `commit` in the same turn of the event loop. */
  group(store: Store): Group<State>;
  /** The groups whose writes are not durable yet, newest first: what the next writer has to see. */
  pending(): readonly Group<State>[];
  /** Writes what was collected as soon as the group before it is durable; resolves when everything collected so far is durable. */
  commit(): Promise<void>;
  /** Resolves when the collecting group is small enough to take more. */
  room(): Promise<void>;
  /** Counts failures: whoever looked at pending groups before one has to look again. */
  failures(): number;
  drain(): Promise<void>;
};

const MAX_COLLECTED_BYTES = 8 * 1_048_576;

/**
 * Group commit: one write is under way at a time, and whatever arrives meanwhile is the next one. LevelDB's own threads may run two batches
 * in either order, so only this keeps the order of commits equal to the order of sequences. When a group fails, the one that collected
 * behind it fails too, because it was made from rows that never came to be.
 */
export const createWriter = <State>({
  sync,
  newState,
  onDurable,
  onFailed,
}: {
  sync: boolean;
  newState: () => State;
  onDurable: (state: State) => void;
  /** Returns the error that callers get. */
  onFailed: (error: unknown) => Error;
}): Writer<State> => {
  let collecting: Group<State> | undefined;
  let inFlight: Group<State> | undefined;
  let failures = 0;

  const start = (store: Store): Group<State> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined); // nobody may be waiting, such as behind a step of trimming
    return { batch: store.batch(), state: newState(), bytes: 0, done: promise, settle: { resolve, reject } };
  };

  const flush = (): void => {
    const group = collecting;
    if (!group || inFlight) return;
    collecting = undefined;
    inFlight = group;
    group.batch.write({ sync }).then(
      () => {
        inFlight = undefined;
        flush(); // first, so that the engine works while this thread does the book-keeping
        onDurable(group.state);
        group.settle.resolve();
      },
      (error: unknown) => {
        const behind = collecting;
        inFlight = undefined;
        collecting = undefined;
        failures++;
        const reason = onFailed(error);
        behind?.batch.close().catch(() => undefined);
        group.settle.reject(reason);
        behind?.settle.reject(reason);
      },
    );
  };

  const commit = (): Promise<void> => {
    const newest = collecting ?? inFlight;
    flush();
    return newest ? newest.done : Promise.resolve();
  };

  return {
    group(store) {
      collecting ??= start(store);
      return collecting;
    },
    pending: () => [collecting, inFlight].filter((group) => group !== undefined),
    commit,
    async room() {
      while (collecting && inFlight && collecting.bytes > MAX_COLLECTED_BYTES)
        await inFlight.done.catch(() => undefined);
    },
    failures: () => failures,
    async drain() {
      while (collecting || inFlight) await commit().catch(() => undefined);
    },
  };
};
