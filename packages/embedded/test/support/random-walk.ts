import type { Random } from '@verifiedfan/ports';

/** Choices of a seeded walk. */
export const createChoices = (random: Random) => {
  const whole = (below: number): number => Math.floor(random.next() * below);
  return {
    whole,
    chance: (probability: number): boolean => random.next() < probability,
    pick<Value>(values: readonly [Value, ...Value[]]): Value {
      return values[whole(values.length)] ?? values[0];
    },
  };
};
