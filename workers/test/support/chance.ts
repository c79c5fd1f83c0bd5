import type { Random } from '@verifiedfan/ports';
import { createSeededRandom } from '@verifiedfan/test-utils';

/** Decisions of a seeded history. */
export type Chance = {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True in `percent` of a hundred. */
  percent(percent: number): boolean;
  oneOf<Value>(values: readonly Value[]): Value;
  shuffled<Value>(values: readonly Value[]): Value[];
  /** A source of its own, so that what it decides does not depend on when it is asked. */
  fork(name: string): Chance;
};

export const createChance = (seed: string | number, random: Random = createSeededRandom({ seed })): Chance => {
  const chance: Chance = {
    between: (low, high) => low + Math.floor(random.next() * (high - low + 1)),
    percent: (percent) => random.next() * 100 < percent,
    oneOf(values) {
      if (values.length === 0) throw new RangeError('nothing to choose from');
      return values[chance.between(0, values.length - 1)] as (typeof values)[number];
    },
    shuffled(values) {
      const left = [...values];
      return values.flatMap(() => left.splice(chance.between(0, left.length - 1), 1));
    },
    fork: (name) => createChance(`${seed}/${name}`),
  };
  return chance;
};
