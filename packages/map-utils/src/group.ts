import { MapUtilsError } from './errors.ts';
import { checkOptions, positiveInteger } from './options.ts';

/** Groups in the order in which their keys first arrive; inside a group, the order of arrival. Keys compare as in `Map`. */
export const groupBy = <Item, Key>(
  items: Iterable<Item>,
  keyOf: (item: Item, index: number) => Key,
): Map<Key, Item[]> => Map.groupBy(items, keyOf);

/**
 * An index: one item per key. When several items have a key, `keep` says which stays; `'error'` throws `duplicate_key` instead.
 * @default keep 'last'
 */
export const keyBy = <Item, Key>(
  items: Iterable<Item>,
  keyOf: (item: Item, index: number) => Key,
  { keep = 'last' }: { keep?: 'first' | 'last' | 'error' } = {},
): Map<Key, Item> => {
  const index = new Map<Key, Item>();
  let position = 0;
  for (const item of items) {
    const key = keyOf(item, position++);
    if (index.has(key)) {
      if (keep === 'error')
        throw new MapUtilsError('duplicate_key', `Item ${position - 1} has the key of an earlier item`);
      if (keep === 'first') continue;
    }
    index.set(key, item);
  }
  return index;
};

/** How many items there are of each key, in the order in which the keys first arrive. */
export const countBy = <Item, Key>(
  items: Iterable<Item>,
  keyOf: (item: Item, index: number) => Key,
): Map<Key, number> => {
  const counts = new Map<Key, number>();
  let position = 0;
  for (const item of items) {
    const key = keyOf(item, position++);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};

/** Cuts a list into lists of `size` items; the last one may be shorter. An empty list gives no chunk. `size` is at least 1. */
export const chunk = <Item>(items: readonly Item[], size: number): Item[][] => {
  checkOptions('chunk', { size }, { size: positiveInteger });
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
};

/** Splits into those that pass and those that do not, each in order. A type guard narrows both halves. */
export function partition<Item, Kind extends Item>(
  items: Iterable<Item>,
  passes: (item: Item, index: number) => item is Kind,
): [passed: Kind[], rest: Exclude<Item, Kind>[]];
export function partition<Item>(
  items: Iterable<Item>,
  passes: (item: Item, index: number) => boolean,
): [passed: Item[], rest: Item[]];
export function partition<Item>(items: Iterable<Item>, passes: (item: Item, index: number) => boolean) {
  const passed: Item[] = [];
  const rest: Item[] = [];
  let position = 0;
  for (const item of items) (passes(item, position++) ? passed : rest).push(item);
  return [passed, rest];
}

/**
 * One item per key, in the order in which the kept items arrived.
 * @default keep 'first'
 */
export const uniqueBy = <Item, Key>(
  items: Iterable<Item>,
  keyOf: (item: Item, index: number) => Key,
  { keep = 'first' }: { keep?: 'first' | 'last' } = {},
): Item[] => {
  const kept = new Map<Key, Item>();
  let position = 0;
  for (const item of items) {
    const key = keyOf(item, position++);
    if (keep === 'first' && kept.has(key)) continue;
    kept.delete(key); // A map keeps the place of a key's first arrival; deleting first moves the later item to its own place.
    kept.set(key, item);
  }
  return [...kept.values()];
};

/** The same keys with new values: a map gives a map, an object gives an object. Order is kept; the input is not changed. */
export function mapValues<Key, Value, Result>(
  source: ReadonlyMap<Key, Value>,
  fn: (value: Value, key: Key) => Result,
): Map<Key, Result>;
export function mapValues<Name extends string, Value, Result>(
  source: Readonly<Record<Name, Value>>,
  fn: (value: Value, key: Name) => Result,
): Record<Name, Result>;
export function mapValues(
  source: ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>,
  fn: (value: unknown, key: never) => unknown,
) {
  if (source instanceof Map) return new Map(Array.from(source, ([key, value]) => [key, fn(value, key as never)]));
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, fn(value, key as never)]));
}
