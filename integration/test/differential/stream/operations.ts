import type { StreamEntry } from '@verifiedfan/ports';
import type { Dice } from '../../../src/index.ts';

/** Data of an entry: text, or bytes as numbers, so that a sequence can be printed. */
export type EntryData = string | { bytes: number[] } | { letters: number };

export type StreamOperation =
  | { put: { partitionKey: StreamEntry['partitionKey']; data: EntryData }[] }
  /** Reads one shard, by its place, from its start or behind the last read of it. */
  | { read: number; limit: number; from: 'start' | 'last'; onlyKey?: string }
  | { shards: true }
  | { latest: number }
  | { wrongRead: 'limit' | 'shard' };

const KEYS = ['a', 'b', 'c', 'campaign:1', 'ü', '🎟', 'k'.repeat(256)] as const;

export const streamOperations = (dice: Dice): (() => StreamOperation) => {
  let written = 0;
  const data = (): EntryData => {
    written += 1;
    return dice.weighted<EntryData>([
      [20, () => `record ${written} ü🎟`],
      [2, () => ''],
      [2, () => ({ bytes: [255, 0, 128, written % 256] })],
      [1, () => ({ bytes: [...Buffer.from(`text ${written}`)] })],
      [0.1, () => ({ letters: 1_048_576 - 1 })],
    ]);
  };
  /** Of one key, or of as many keys as entries: between records of different keys Kinesis promises no order. */
  const entries = (): { partitionKey: string; data: EntryData }[] => {
    if (dice.chance(0.5))
      return [...new Set(dice.several(1, 8, () => dice.pick(KEYS)))].map((partitionKey) => ({
        partitionKey,
        data: data(),
      }));
    const partitionKey = dice.pick(KEYS);
    return dice.several(1, 8, () => ({ partitionKey, data: data() }));
  };
  const entry = () => ({ partitionKey: dice.pick(KEYS), data: data() });
  const wrong = () =>
    dice.pick<{ partitionKey: string; data: EntryData }>([
      { partitionKey: '', data: 'x' },
      { partitionKey: 'k'.repeat(257), data: 'x' },
      { partitionKey: 'k', data: { letters: 1_048_576 } },
    ]);
  return () =>
    dice.weighted<StreamOperation>([
      [40, () => ({ put: entries() })],
      [3, () => ({ put: [entry(), wrong()] })],
      [
        40,
        () => ({
          read: dice.below(3),
          limit: dice.pick([1, 2, 5, 100, 10_000]),
          from: dice.chance(0.2) ? 'start' : 'last',
          ...(dice.chance(0.3) && { onlyKey: dice.pick(KEYS) }),
        }),
      ],
      [5, () => ({ latest: dice.below(3) })],
      [2, () => ({ shards: true })],
      [2, () => ({ wrongRead: dice.pick(['limit', 'shard'] as const) })],
    ]);
};
