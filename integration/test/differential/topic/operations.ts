import type { Dice } from '../../../src/index.ts';

/** Bytes as numbers, so that a sequence can be printed. */
export type ValueOf = string | null | { bytes: number[] };
export type MessageOf = { key: string | null; value: ValueOf; headers?: Record<string, string> };

/** On one partition, where all order is promised: which one a key goes to is each engine's own choice. */
export type TopicOperation =
  | { publish: MessageOf[] }
  /** From the start or behind the last read. */
  | { read: 'start' | 'last'; limit: number; onlyKey?: string }
  | { latest: true }
  | { shards: true }
  | { wrongRead: 'limit' | 'shard' }
  /** A message of so many letters. */
  | { publishLarge: number };

const KEYS = ['a', 'b', '', 'ü', '🎟', 'k'.repeat(300)] as const;
const HEADERS: readonly [Record<string, string>, Record<string, string>] = [
  { traceparent: '00-ab' },
  { 'x-naïve': '✓', empty: '' },
];

export const topicOperations = (dice: Dice): (() => TopicOperation) => {
  let written = 0;
  const value = (): ValueOf => {
    written += 1;
    return dice.weighted<ValueOf>([
      [20, () => `message ${written} ü🎟`],
      [2, () => ''],
      [2, () => null],
      [2, () => ({ bytes: [255, 0, 128, written % 256] })],
      [1, () => ({ bytes: [...Buffer.from(`text ${written}`)] })],
    ]);
  };
  const message = (): MessageOf => ({
    key: dice.chance(0.2) ? null : dice.pick(KEYS),
    value: value(),
    ...(dice.chance(0.3) && { headers: { ...dice.pick(HEADERS) } }),
  });
  return () =>
    dice.weighted<TopicOperation>([
      [40, () => ({ publish: dice.several(0, 8, message) })],
      [
        40,
        () => ({
          read: dice.chance(0.1) ? 'start' : 'last',
          limit: dice.pick([1, 2, 5, 100, 10_000]),
          ...(dice.chance(0.3) && { onlyKey: dice.pick(KEYS) }),
        }),
      ],
      [8, () => ({ latest: true })],
      [2, () => ({ shards: true })],
      [2, () => ({ wrongRead: dice.pick(['limit', 'shard'] as const) })],
      [0.3, () => ({ publishLarge: dice.pick([1_048_576, 1_048_577] as const) })],
    ]);
};
