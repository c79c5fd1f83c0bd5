/**
 * `npm run bench -- NAME… [--json] [--registrants N] [--rounds N] [--profile]` measures, prints the ratios and writes them to RESULTS.md.
 * Ends with 1 when a benchmark's own checks fail; a missed bar is a figure and says so, since a busy machine misses bars too.
 */
import { parseArgs } from 'node:util';
import { benchmarks, isBenchmark } from './list.ts';
import { machine, runChild } from './measure.ts';
import { profileOnsale } from './profile.ts';
import type { BenchOptions, BenchReport, BenchResult } from './result.ts';
import { formatReport, saveReport } from './results-file.ts';

const usage = (): string => {
  const lines = Object.entries(benchmarks).map(([name, { purpose }]) => `  ${name.padEnd(10)}${purpose}`);
  return [
    'npm run bench -- NAME… [--json] [--registrants N] [--rounds N] [--profile]',
    ...lines,
    '  --json            prints one JSON document and nothing else (with npm: npm run --silent bench …)',
    '  --registrants N   size of the on-sale (default: 200,000 and 1,000,000)',
    '  --rounds N        how often each side is run',
    '  --profile         onsale only: where the time of our side goes, into bench/PROFILE.md',
    '',
  ].join('\n');
};

const toCount = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new TypeError(`--${option} must be a whole number of at least 1`);
  return value;
};

const readCommandLine = () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      registrants: { type: 'string' },
      rounds: { type: 'string' },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.profile && positionals.join() !== 'onsale') throw new TypeError('--profile goes with onsale alone');
  const unknown = positionals.find((name) => !isBenchmark(name));
  if (unknown !== undefined) throw new TypeError(`there is no benchmark ${unknown}`);
  const options: BenchOptions = {
    registrants: toCount('registrants', values.registrants),
    rounds: toCount('rounds', values.rounds),
  };
  return { ...values, names: positionals, options };
};

const measure = async (name: string, options: BenchOptions, date: string): Promise<BenchReport> => {
  const given = Object.entries(options).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option} ${value}`],
  );
  const { stdout } = await runChild([`${import.meta.dirname}/run-one.ts`, name, JSON.stringify(options)], {
    showProgress: true,
  });
  return {
    benchmark: name,
    command: ['npm run bench --', name, ...given].join(' '),
    date,
    machine: machine(),
    results: JSON.parse(stdout) as BenchResult[],
  };
};

const main = async ({ names, options, json, profile, help }: ReturnType<typeof readCommandLine>): Promise<void> => {
  if (help || names.length === 0) {
    (help ? process.stdout : process.stderr).write(usage());
    process.exitCode = help ? 0 : 2;
    return;
  }
  const date = new Date().toISOString().slice(0, 10);
  if (profile) {
    const result = await profileOnsale({ ...options, date });
    process.stdout.write(json ? `${JSON.stringify(result.profile)}\n` : result.text);
    return;
  }
  const reports: BenchReport[] = [];
  for (const name of names) {
    const report = await measure(name, options, date);
    reports.push(report);
    saveReport(report);
    if (!json) process.stdout.write(`${formatReport(report)}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify(reports)}\n`);
};

const fail = (error: unknown, exitCode: number): void => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCode;
};

let commandLine: ReturnType<typeof readCommandLine> | undefined;
try {
  commandLine = readCommandLine();
} catch (error) {
  fail(error, 2);
}
if (commandLine !== undefined) await main(commandLine).catch((error: unknown) => fail(error, 1));
