import type { JsonObject } from '@verifiedfan/ports';

export const COUNT_NAMES = ['verified', 'rejected', 'selected'] as const;
export type CountName = (typeof COUNT_NAMES)[number];
export type Counts = Record<CountName, number>;

/**
 * What the counts rows hold: the counts, and how many changes of member rows they were made from. Whoever folds a shard has to name all
 * of them, or `changes` would fall back.
 */
export const COUNTED_SUMS = [...COUNT_NAMES, 'changes'] as const;

/**
 * What one member row adds to the counts; a missing row adds nothing. A total function: verified and rejected follow `isVerified`, which
 * may be unknown; selected follows the verdict alone.
 */
export const contributionOf = (item: Readonly<JsonObject> | undefined): Counts => ({
  verified: item?.isVerified === true ? 1 : 0,
  rejected: item?.isVerified === false ? 1 : 0,
  selected: item?.verdict === 'selected' ? 1 : 0,
});

export const sameCounts = (a: Counts, b: Counts): boolean => COUNT_NAMES.every((name) => a[name] === b[name]);
