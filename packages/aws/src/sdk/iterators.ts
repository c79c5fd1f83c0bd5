import type { Clock } from '@verifiedfan/ports';

/** A place between two records. */
export type Position = { readonly shard: string; readonly after: string | undefined };

/** Where to read on: an iterator, or the end of a shard that is closed. */
export type Place = { readonly iterator: string } | { readonly end: true };

/** Remembers where the service said that a reader can go on, so that following a shard costs one request a page and not two. */
export type Iterators = {
  get(position: Position): Place | undefined;
  set(position: Position, place: Place): void;
  delete(position: Position): void;
};

export type IteratorsOptions = {
  clock: Clock;
  /** How long the service takes an iterator after it was given, less what a request may take. */
  lifetimeMs: number;
};

/** Several consumers read a shard, each at a position of its own; what they left behind need not be kept. */
const MOST_KEPT = 500;

const keyOf = ({ shard, after = '' }: Position): string => `${shard} ${after}`;

export const createIterators = ({ clock, lifetimeMs }: IteratorsOptions): Iterators => {
  const kept = new Map<string, { place: Place; givenAtMs: number }>();
  return {
    get(position) {
      const found = kept.get(keyOf(position));
      if (found === undefined) return undefined;
      // The end of a closed shard stays where it is.
      const isFresh = 'end' in found.place || clock.now() - found.givenAtMs < lifetimeMs;
      return isFresh ? found.place : undefined;
    },
    set(position, place) {
      const key = keyOf(position);
      kept.delete(key);
      kept.set(key, { place, givenAtMs: clock.now() });
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    },
    delete(position) {
      kept.delete(keyOf(position));
    },
  };
};
