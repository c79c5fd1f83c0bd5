import type { JsonValue } from '@verifiedfan/ports';

/** Scores lie in hundredths: `minScore` has at most two decimals, so nothing finer decides. */
const BUCKETS = 101;

/**
 * How the scores of those lie who want to see one event: members per hundredth of a score, 0.00 to 1.00, the verified apart from all
 * others. Any rules can be answered from it, without a look at the members.
 */
export type ScoreProfile = { verified: number[]; others: number[] };

export const emptyProfile = (): ScoreProfile => ({
  verified: new Array<number>(BUCKETS).fill(0),
  others: new Array<number>(BUCKETS).fill(0),
});

/**
 * The highest number of hundredths that a score reaches. Compared as `hundredths / 100`, which is the very number that a decimal with two
 * places stands for; the product alone is not (0.29 × 100 is below 29).
 */
export const hundredthsOf = (score: number): number => {
  const nearest = Math.round(score * 100);
  return nearest / 100 > score ? nearest - 1 : nearest;
};

export type Eligibility = { minScore: number; requireVerified: boolean };

/** How many of a profile have `minScore` or more, and are verified where that is required. */
export const eligibleIn = (profile: ScoreProfile, { minScore, requireVerified }: Eligibility): number => {
  const lists = requireVerified ? [profile.verified] : [profile.verified, profile.others];
  let eligible = 0;
  for (const list of lists) for (let at = hundredthsOf(minScore); at < BUCKETS; at += 1) eligible += list[at] ?? 0;
  return eligible;
};

const isList = (value: JsonValue | undefined): value is number[] =>
  Array.isArray(value) && value.length === BUCKETS && value.every((count) => typeof count === 'number');

/** The profile in a stored row; undefined for a row of another form, which is computed anew. */
export const profileFrom = ({ verified, others }: { [name: string]: JsonValue }): ScoreProfile | undefined =>
  isList(verified) && isList(others) ? { verified, others } : undefined;
