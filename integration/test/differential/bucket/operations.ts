import type { Dice } from '../../../src/index.ts';

/** Text, or so many bytes of it. */
export type BodyOf = string | { letters: number; letter: string; streamed?: boolean };

/** Versions are named by their place among all uploads of their key that were stored, because their names are each engine's own. */
export type BucketOperation =
  | { put: string; body: BodyOf; ifAbsent?: true; ifMatch?: 'current' | 'first' | 'none' }
  | { get: string; version?: number; range?: [first: number, last?: number] }
  | { head: string; version?: number }
  /** All pages of it. */
  | { list: { prefix?: string; limit?: number } }
  | { versions: string }
  | { delete: string; version?: number }
  /** A body that fails in the middle. */
  | { putBroken: string };

/** Names that a folder or an address could mistake for something else. */
const KEYS = [
  'scores.csv',
  'scores.csv/part',
  'a/b',
  'a/b/',
  'a//b',
  '/leading',
  '..',
  '../up',
  './here',
  'a+b%2B é.csv',
  'ü',
  '🎟\ufffd',
  'x'.repeat(1_024),
  'CON',
  'A/B',
  '?q=1&b#c',
  ' ',
] as const;
const PREFIXES = ['', 'a', 'a/', 'scores.csv', '..', 'ü', '🎟', 'none', '/'] as const;

export const bucketOperations = (dice: Dice): (() => BucketOperation) => {
  let uploads = 0;
  const key = (): string => (dice.chance(0.5) ? dice.pick(['scores.csv', 'a/b', '..'] as const) : dice.pick(KEYS));
  const body = (): BodyOf => {
    uploads += 1;
    return dice.weighted<BodyOf>([
      [10, () => `upload ${uploads}`],
      [2, () => ''],
      [2, () => ({ letters: 1 + dice.below(100_000), letter: 'é', streamed: dice.chance(0.5) })],
      [0.1, () => ({ letters: 6_000_000, letter: 'a', streamed: true })],
    ]);
  };
  const version = (): { version?: number } => (dice.chance(0.4) ? { version: dice.below(6) } : {});
  const range = (): [number, number?] =>
    dice.pick<[number, number?]>([[0, 0], [0, 3], [2], [3, 100_000_000], [100_000_000], [5, 2], [0]]);
  const condition = (): Pick<Extract<BucketOperation, { put: string }>, 'ifAbsent' | 'ifMatch'> =>
    dice.weighted<object>([
      [3, () => ({})],
      [1, () => ({ ifAbsent: true })],
      [1, () => ({ ifMatch: dice.pick(['current', 'first', 'none'] as const) })],
    ]);
  return () =>
    dice.weighted<BucketOperation>([
      [30, () => ({ put: key(), body: body(), ...condition() })],
      [20, () => ({ get: key(), ...version(), ...(dice.chance(0.4) && { range: range() }) })],
      [10, () => ({ head: key(), ...version() })],
      [10, () => ({ list: { prefix: dice.pick(PREFIXES), ...(dice.chance(0.5) && { limit: 1 + dice.below(5) }) } })],
      [8, () => ({ versions: key() })],
      [15, () => ({ delete: key(), ...version() })],
      [1, () => ({ putBroken: key() })],
      [0.5, () => ({ list: { limit: dice.pick([0, 1_001]) } })],
      [0.5, () => ({ put: dice.pick(['', 'x'.repeat(1_025), 'é'.repeat(513)] as const), body: 'x' })],
    ]);
};
