import type { Clock } from '@verifiedfan/ports';

/** A place between two records. */
export type Position = { shard: string; after: string | undefined };

/** Remembers where Kinesis said that a reader can go on, so that following a shard costs one call a page and not two. */
export type Iterators = {
  get(position: Position): string | undefined;
  set(position: Position, iterator: string): void;
  delete(position: Position): void;
};

/** An iterator is refused five minutes after it was given. */
const LIFETIME_MS = 290_000;
/** Several consumers read a shard, each at a position of its own; what they left behind need not be kept. */
const MOST_KEPT = 500;

export const createIterators = (clock: Clock): Iterators => {
  const kept = new Map<string, { iterator: string; givenAtMs: number }>();
  const keyOf = ({ shard, after = '' }: Position): string => `${shard} ${after}`;
  return {
    get(position) {
      const found = kept.get(keyOf(position));
      return found !== undefined && clock.now() - found.givenAtMs < LIFETIME_MS ? found.iterator : undefined;
    },
    set(position, iterator) {
      const key = keyOf(position);
      kept.delete(key);
      kept.set(key, { iterator, givenAtMs: clock.now() });
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    },
    delete(position) {
      kept.delete(keyOf(position));
    },
  };
};
