import { createSeededRandom } from '@verifiedfan/embedded';

/** Choices that repeat with their seed. */
export type Dice = {
  /** A whole number from 0 up to, and without, `below`. */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<Value>(values: readonly [Value, ...Value[]]): Value;
  /** Between `least` and `most` things, both included. */
  several<Value>(least: number, most: number, make: () => Value): Value[];
  /** One of the makers, each as often as its weight says. */
  weighted<Value>(makers: readonly (readonly [weight: number, make: () => Value])[]): Value;
};

export const createDice = (seed: number | string): Dice => {
  const random = createSeededRandom(seed);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  return {
    below,
    chance: (probability) => random.next() < probability,
    pick: (values) => values[below(values.length)] ?? values[0],
    several: (least, most, make) => Array.from({ length: least + below(most - least + 1) }, make),
    weighted(makers) {
      let left = random.next() * makers.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, make] of makers) {
        left -= weight;
        if (left < 0) return make();
      }
      throw new RangeError('there is nothing to choose from');
    },
  };
};
