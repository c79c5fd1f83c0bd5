/** One comparison. `ratio` is how many times better we are; it must reach `bar`. */
export type BenchResult = {
  name: string;
  ratio: number;
  bar: number;
  unit: string;
  ours: number;
  theirs: number;
  detail: Record<string, number | string>;
};
