/** How large a run is; given to `npm run test:integration`, handed to the tests by the environment of their processes. */
export type RunOptions = {
  /** Registrants of the on-sale. @default 2_000 */
  registrants: number;
  /** Operations of each sequence of the differential test. @default 2_000 */
  operations: number;
  /** One sequence per seed and port, one run of the OpenAPI tester. @default [1] */
  seeds: readonly number[];
  /** Requests that the OpenAPI tester makes up for each operation and phase. @default 10 */
  examples: number;
};

const DEFAULTS: RunOptions = { registrants: 2_000, operations: 2_000, seeds: [1], examples: 10 };

const VARIABLES = {
  registrants: 'VERIFIEDFAN_INTEGRATION_REGISTRANTS',
  operations: 'VERIFIEDFAN_INTEGRATION_OPERATIONS',
  seeds: 'VERIFIEDFAN_INTEGRATION_SEEDS',
  examples: 'VERIFIEDFAN_INTEGRATION_EXAMPLES',
} as const satisfies Record<keyof RunOptions, string>;

type Texts = { [Option in keyof RunOptions]?: string | undefined };

const toWhole = (option: keyof RunOptions, text: string, least: number): number => {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`--${option} takes whole numbers of at least ${least}, not “${text}”`);
};

/** Options as text, `seeds` parted by commas; throws a RangeError that names the option. */
export const parseRunOptions = ({ registrants, operations, seeds, examples }: Texts): RunOptions => ({
  registrants: registrants === undefined ? DEFAULTS.registrants : toWhole('registrants', registrants, 1),
  operations: operations === undefined ? DEFAULTS.operations : toWhole('operations', operations, 1),
  seeds: seeds === undefined ? DEFAULTS.seeds : seeds.split(',').map((seed) => toWhole('seeds', seed, 0)),
  examples: examples === undefined ? DEFAULTS.examples : toWhole('examples', examples, 1),
});

/** Options as environment variables, for the processes of the tests. */
export const toVariables = ({ registrants, operations, seeds, examples }: RunOptions): Record<string, string> => ({
  [VARIABLES.registrants]: String(registrants),
  [VARIABLES.operations]: String(operations),
  [VARIABLES.seeds]: seeds.join(','),
  [VARIABLES.examples]: String(examples),
});

/** The size of the run that this test belongs to; the defaults when it was started by hand. */
export const runOptions = (environment: Readonly<Record<string, string | undefined>> = process.env): RunOptions =>
  parseRunOptions({
    registrants: environment[VARIABLES.registrants],
    operations: environment[VARIABLES.operations],
    seeds: environment[VARIABLES.seeds],
    examples: environment[VARIABLES.examples],
  });
