import type { CacheSetOptions, JsonValue } from '@verifiedfan/ports';
import type { Dice } from '../../../src/index.ts';

export type CacheOperation =
  | { get: string }
  | { set: string; value: JsonValue; options: CacheSetOptions }
  | { delete: string; options?: { version?: number; tombstoneMs?: number } }
  /** Sets something, or leaves a tombstone, that is over a moment later. */
  | { expire: string; what: 'entry' | 'tombstone'; version: number };

const KEYS = ['a', 'b', 'ü:🎟', ' ', 'x'.repeat(512), '{slot}'] as const;
const VALUES: readonly [JsonValue, ...JsonValue[]] = [
  null,
  0,
  '',
  'text 🎟',
  true,
  [1, { a: null }],
  { a: [], b: 0.1 },
  1e21,
];

const createWrong = (dice: Dice): (() => CacheOperation) => {
  const untyped = (operation: unknown): CacheOperation => operation as CacheOperation;
  return () =>
    untyped(
      dice.pick<unknown>([
        { get: '' },
        { get: 'x'.repeat(513) },
        { set: 'a', value: 1, options: { ttlMs: 0 } },
        { set: 'a', value: 1, options: { ttlMs: 1_000, version: 0 } },
        { set: 'a', value: 1, options: { ttlMs: 1_000, version: 1.5 } },
        { delete: 'a', options: { version: -1 } },
        { delete: 'ü'.repeat(257) },
      ]),
    );
};

export const cacheOperations = (dice: Dice): (() => CacheOperation) => {
  const key = (): string => dice.pick(KEYS);
  const version = (): number => (dice.chance(0.05) ? Number.MAX_SAFE_INTEGER - dice.below(3) : 1 + dice.below(6));
  const wrong = createWrong(dice);
  return () =>
    dice.weighted<CacheOperation>([
      [40, () => ({ get: key() })],
      [
        35,
        () => ({
          set: key(),
          value: dice.pick(VALUES),
          options: { ttlMs: 600_000, ...(dice.chance(0.7) && { version: version() }) },
        }),
      ],
      [
        15,
        () => ({
          delete: key(),
          ...(dice.chance(0.7) && {
            options: { version: version(), ...(dice.chance(0.5) && { tombstoneMs: 600_000 }) },
          }),
        }),
      ],
      [1, () => ({ expire: key(), what: dice.pick(['entry', 'tombstone'] as const), version: version() })],
      [4, wrong],
    ]);
};
