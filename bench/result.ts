/** One comparison. `ratio` is how many times better we are; it must reach `bar`. Against a limit, `theirs` is the limit. */
export type BenchResult = {
  name: string;
  ratio: number;
  bar: number;
  unit: string;
  ours: number;
  theirs: number;
  detail: Record<string, number | string>;
};

/** What every benchmark is given; each takes what concerns it. */
export type BenchOptions = {
  /** Registrants of the on-sale; without it the sizes that the bars are set for. */
  registrants?: number | undefined;
  /** How often each side is run. */
  rounds?: number | undefined;
};

/** What `results` of one benchmark were measured with. */
export type BenchReport = {
  benchmark: string;
  /** The command line that measures the same again. */
  command: string;
  /** The day of the run, `2026-01-31`. */
  date: string;
  machine: { cores: number; processor: string; memoryGibibytes: number; platform: string; node: string };
  results: BenchResult[];
};
