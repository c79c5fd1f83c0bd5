import { MapUtilsError } from './errors.ts';

/** Counters by name, nested as deep as a report needs: `{ in: 3, dynamo: { out: 2 } }`. */
export type Counters = { readonly [name: string]: number | Counters };

/** The sum over all items; 0 for none. */
export const sumBy = <Item>(items: Iterable<Item>, amountOf: (item: Item, index: number) => number): number => {
  let sum = 0;
  let position = 0;
  for (const item of items) sum += amountOf(item, position++);
  return sum;
};

const add = (left: number | Counters | undefined, right: number | Counters, path: string): number | Counters => {
  if (typeof right === 'number') {
    if (left === undefined || typeof left === 'number') return (left ?? 0) + right;
  } else if (left === undefined || typeof left === 'object') {
    return addAll(left ?? {}, right, path);
  }
  throw new MapUtilsError('counters_differ', `Counter ${path} is a number on one side and an object on the other`);
};

const addAll = (left: Counters, right: Counters, path: string): Counters => {
  const sums = new Map(Object.entries(left));
  for (const [name, value] of Object.entries(right)) sums.set(name, add(sums.get(name), value, `${path}.${name}`));
  return Object.fromEntries(sums);
};

/**
 * Adds counter objects name by name, at every depth; a name that one of them lacks counts as 0 there. Nothing is changed in place.
 * Throws `counters_differ` when a name is a number in one and an object in another.
 */
export const mergeCounts = <Count extends Counters>(first: Count, ...others: readonly Count[]): Count =>
  // Adding keeps the shape: every name of `first` is in the result, with a number where it had a number.
  others.reduce<Counters>((total, counts) => addAll(total, counts, 'counts'), addAll({}, first, 'counts')) as Count;
