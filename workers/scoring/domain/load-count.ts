/** What became of the rows of a load: in = valid + invalid, valid = out + filtered + failed. `removed` counts withdrawals, apart. */
export type LoadCount = {
  in: number;
  valid: number;
  invalid: number;
  filtered: number;
  out: number;
  failed: number;
  removed: number;
};

export const NO_COUNT: LoadCount = { in: 0, valid: 0, invalid: 0, filtered: 0, out: 0, failed: 0, removed: 0 };
const NAMES = Object.keys(NO_COUNT) as (keyof LoadCount)[];

/** `total` with what `after` has more than `before`. */
export const addDifference = (total: LoadCount, before: LoadCount, after: LoadCount): LoadCount => {
  const sum = { ...total };
  for (const name of NAMES) sum[name] += after[name] - before[name];
  return sum;
};

/** `removed` is shown only where something was removed: most loads have nothing to take back. */
export const showCount = ({ removed, ...rest }: LoadCount): Record<string, number> =>
  removed > 0 ? { ...rest, removed } : rest;
