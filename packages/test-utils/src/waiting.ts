/** A door that code under test can be held at: `wait()` resolves once `open()` was called, also when it was called before. */
export type Gate = { wait(): Promise<void>; open(): void; readonly opened: boolean };

export const createGate = (): Gate => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let opened = false;
  return {
    wait: () => promise,
    open() {
      opened = true;
      resolve();
    },
    get opened() {
      return opened;
    },
  };
};

export type Probe<Value> = {
  /** Notes a value; hand this function to the code under test. */
  note(value: Value): void;
  readonly values: readonly Value[];
  /** Resolves with the first `count` values as soon as they were noted; no polling and no time limit of its own. */
  first(count: number): Promise<readonly Value[]>;
};

/** Collects what happened and lets a test wait for the n-th happening rather than for time to pass. */
export const createProbe = <Value>(): Probe<Value> => {
  const values: Value[] = [];
  let waiting: { count: number; resolve: (values: readonly Value[]) => void }[] = [];
  return {
    note(value) {
      values.push(value);
      const served = waiting.filter(({ count }) => values.length >= count);
      waiting = waiting.filter(({ count }) => values.length < count);
      for (const { count, resolve } of served) resolve(values.slice(0, count));
    },
    values,
    first(count) {
      if (values.length >= count) return Promise.resolve(values.slice(0, count));
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
  };
};
