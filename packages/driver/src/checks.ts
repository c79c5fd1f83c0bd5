import { invalid } from '@verifiedfan/ports';

export { invalid };

/** Refuses with `validation` a number that is not whole or out of its range, both ends included. */
export const assertWhole = (what: string, value: number, low: number, high: number): void => {
  if (!Number.isSafeInteger(value) || value < low || value > high) {
    throw invalid(`${what} must be a whole number from ${low} to ${high}`);
  }
};

/** A misspelt option must not pass for its default. Throws `TypeError`, as it is a mistake of the program. */
export const assertOptions = (options: object, known: readonly string[]): void => {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new TypeError(`unknown options: ${unknown.join(', ')}`);
};
