/** The newest records of one shard, kept as the objects that were written, so that readers near the end touch neither disk nor JSON. */
export type Tail<Entry> = {
  /** Number of the oldest record that is held; equal to `next` when none is. */
  readonly oldest: number;
  /** Number that the next record will have. */
  readonly next: number;
  get(number: number): Entry | undefined;
  push(entry: Entry, bytes: number): void;
  /** Forgets everything; the next record has this number. */
  reset(next: number): void;
};

/** A ring that grows as records come and lets go of the oldest ones beyond `maxRecords` or `maxBytes`, whichever is reached first. */
export const createTail = <Entry>({ maxRecords, maxBytes }: { maxRecords: number; maxBytes: number }): Tail<Entry> => {
  let slots: (Entry | undefined)[] = [];
  let sizes: number[] = [];
  let base = 0;
  let oldest = 0;
  let next = 0;
  let held = 0;

  const dropOldest = (): void => {
    const slot = (oldest - base) % maxRecords;
    held -= sizes[slot] ?? 0;
    slots[slot] = undefined;
    oldest++;
  };

  return {
    get oldest() {
      return oldest;
    },
    get next() {
      return next;
    },
    get: (number) => (number >= oldest && number < next ? slots[(number - base) % maxRecords] : undefined),
    push(entry, bytes) {
      if (next - oldest >= maxRecords && oldest < next) dropOldest();
      if (maxRecords > 0) {
        const slot = (next - base) % maxRecords;
        slots[slot] = entry;
        sizes[slot] = bytes;
        held += bytes;
      }
      next++;
      if (maxRecords === 0) oldest = next;
      while (held > maxBytes && oldest < next) dropOldest();
    },
    reset(number) {
      slots = [];
      sizes = [];
      base = number;
      oldest = number;
      next = number;
      held = 0;
    },
  };
};
