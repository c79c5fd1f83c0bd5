import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { schemathesis } from '../../src/definitions/testers.ts';
import { runTool, type ToolResult } from '../../src/harness/run-tool.ts';
import { runOptions } from '../../src/index.ts';

/** Values of a parameter that are there: the tester takes one of them most of the time, and makes others up. */
export type Known = {
  /** Such as `path.campaignId`. */
  parameter: string;
  values: readonly string[];
  /** Only of operations whose path it matches. @default all */
  paths?: string;
};

export type TesterOptions = {
  /** Of the service, whose `/openapi.json` is read. */
  url: string;
  token: string;
  known?: readonly Known[];
  /** Only operations whose path it matches. @default all */
  paths?: string;
  /** Statuses of 500 and above that are no fault. @default none */
  expectedFailures?: readonly number[];
};

/** Refusals of what is malformed, some of which is too large. A stale `if-match` or a used key may be noticed before the body is. */
const REFUSALS = [400, 401, 403, 404, 405, 409, 412, 413, 415, 428, 431];

/** What is known everywhere, then what is known under these paths, which takes its place. */
const parametersFor = (known: readonly Known[], paths: string | undefined): string[] => {
  const lines = new Map<string, string>();
  for (const wanted of [undefined, paths]) {
    for (const [index, { parameter, paths: own }] of known.entries()) {
      if (own !== wanted) continue;
      lines.set(parameter, `${JSON.stringify(parameter)} = { dictionary = "known-${index}", probability = 0.8 }`);
    }
  }
  return [...lines.values()];
};

/** TOML takes JSON's texts, numbers and lists as they are. */
const configuration = ({ known = [], expectedFailures = [] }: TesterOptions): string =>
  [
    `hooks = ${JSON.stringify(join(import.meta.dirname, 'hooks.py'))}`,
    '[auth.openapi.bearer]',
    `bearer = "\${TESTER_TOKEN}"`,
    // Business rules refuse what a schema allows; `described_as_checked` in hooks.py asks for what can be asked.
    '[checks.positive_data_acceptance]',
    'enabled = false',
    '[checks.not_a_server_error]',
    `expected-statuses = ${JSON.stringify(['2xx', '3xx', '4xx', ...expectedFailures])}`,
    '[checks.negative_data_rejection]',
    `expected-statuses = ${JSON.stringify([...REFUSALS, ...expectedFailures])}`,
    '[checks.missing_required_header]',
    'expected-statuses = [400, 401, 403, 404, 428]',
    ...known.flatMap(({ values }, index) => [`[dictionaries.known-${index}]`, `values = ${JSON.stringify(values)}`]),
    '[parameters]',
    ...parametersFor(known, undefined),
    // An operation reads one table alone, so each holds what is known everywhere too.
    ...[...new Set(known.flatMap(({ paths }) => paths ?? []))].flatMap((paths) => [
      '[[operations]]',
      `include-path-regex = ${JSON.stringify(paths)}`,
      '[operations.parameters]',
      ...parametersFor(known, paths),
    ]),
  ].join('\n');

const run = (folder: string, options: TesterOptions, seed: number): Promise<ToolResult> => {
  const file = join(folder, 'schemathesis.toml');
  writeFileSync(file, configuration(options));
  return runTool({
    tool: schemathesis,
    script: 'schemathesis',
    args: [
      ...['--config-file', file, 'run', `${options.url}/openapi.json`],
      ...['--seed', String(seed), '--max-examples', String(runOptions().examples)],
      ...(options.paths === undefined ? [] : ['--include-path-regex', options.paths]),
      ...['--generation-database', 'none', '--continue-on-failure', '--no-color', '--warnings', 'off'],
    ],
    // Its folder for what it found before is the working directory: a fresh one, so that every run is the same.
    cwd: folder,
    env: { TESTER_TOKEN: options.token },
  });
};

/** Runs Schemathesis over what a service serves, with all phases and checks. */
export const runTester = async (test: TestContext, options: TesterOptions & { seed: number }): Promise<ToolResult> => {
  const folder = mkdtempSync(join(tmpdir(), 'open-api-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return run(folder, options, options.seed);
};
