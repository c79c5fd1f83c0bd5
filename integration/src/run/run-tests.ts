import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toVariables } from '../harness/options.ts';
import { installServers } from '../servers/install.ts';
import { startServers } from '../servers/manager.ts';
import { runFolder, withPinnedNode } from '../servers/paths.ts';
import { endFamily, identify } from '../servers/processes.ts';
import { SERVERS, withNeeds } from '../servers/table.ts';
import { endAbandonedRuns, endTestRun, giveAway, ownRun } from './abandoned.ts';
import type { CommandLine } from './options.ts';
import { formatDifferences, formatSkips } from './report.ts';
import { selectFiles } from './selection.ts';
import { compareSkips, isSame, mergeSkips, readSkips, type Skip, skipsOf, writeSkips } from './skips.ts';

/** A last resort against a test that hangs: the longest, the on-sale of 20,000, takes minutes. */
const TEST_TIMEOUT_MS = 20 * 60_000;
/** Two cores are what small machines have; every server has its own processes besides. */
const CONCURRENCY = 2;

export type RunTestsOptions = {
  /** The root of the repository; tests are in `integration/test` below it. */
  root: string;
  cache: string;
  commandLine: Pick<CommandLine, 'wanted' | 'sizes' | 'updateSkips' | 'keep'>;
  say: (line: string) => void;
  /** Does not show what the tests print. @default false */
  quiet?: boolean | undefined;
  /** Ends the tests and the servers early. */
  signal: AbortSignal;
};

const skipsFile = (root: string): string => join(root, 'integration/skips.json');

const runNode = (files: readonly string[], reportFile: string, options: RunTestsOptions, run: string): ChildProcess => {
  const { root, cache, commandLine, quiet = false } = options;
  const { NODE_TEST_CONTEXT: _, ...environment } = withPinnedNode();
  return spawn(
    process.execPath,
    [
      ...['--test', `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${TEST_TIMEOUT_MS}`],
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...[`--test-reporter=${join(import.meta.dirname, 'skip-reporter.ts')}`],
      ...[`--test-reporter-destination=${reportFile}`],
      ...files.map((file) => join('integration/test', file)),
    ],
    {
      cwd: root,
      env: {
        ...environment,
        ...toVariables(commandLine.sizes),
        VERIFIEDFAN_SERVERS: cache,
        VERIFIEDFAN_SERVERS_RUN: run,
      },
      stdio: quiet ? 'ignore' : ['ignore', 'inherit', 'inherit'],
      // A group of its own, so that Ctrl-C reaches it through us and once.
      detached: true,
    },
  );
};

const untilEnded = async (child: ChildProcess, signal: AbortSignal): Promise<boolean> => {
  const leader = identify(child.pid ?? 0);
  const end = (): void => void endFamily(leader, { graceMs: 5_000 });
  signal.addEventListener('abort', end, { once: true });
  try {
    return await new Promise<boolean>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code === 0));
    });
  } finally {
    signal.removeEventListener('abort', end);
  }
};

const readReport = (file: string): Skip[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Skip)
    : [];

/** Whether the skips are those that are committed; with `--update-skips` they are from now on, unless one has no reason. */
const settleSkips = (seen: readonly Skip[], files: readonly string[], options: RunTestsOptions): boolean => {
  const { root, commandLine, say } = options;
  const committed = readSkips(skipsFile(root));
  const differences = compareSkips(skipsOf(committed, files), seen);
  say(formatSkips(seen));
  if (commandLine.updateSkips && differences.withoutReason.length === 0) {
    writeSkips(skipsFile(root), mergeSkips(committed, files, seen));
    say('wrote integration/skips.json');
    return true;
  }
  if (!isSame(differences)) say(formatDifferences(differences));
  return isSame(differences);
};

/**
 * Installs and starts what the chosen tests need, runs them, compares what was skipped, and stops everything whatever happened.
 * Resolves with whether all is well. Throws what installing and starting throw, and a RangeError when no test is chosen.
 */
export const runTests = async (options: RunTestsOptions): Promise<boolean> => {
  const { root, cache, commandLine, say, signal } = options;
  const selected = selectFiles(commandLine.wanted, join(root, 'integration/test'));
  if (selected.length === 0) throw new RangeError(`no test has ${commandLine.wanted.join(', ')}`);
  for (const run of await endAbandonedRuns(cache)) say(`stopped what the run “${run}” had left`);
  const place = { cache, run: `test-${process.pid}` };
  const names = withNeeds([...new Set(selected.flatMap(({ servers }) => servers))]);
  let good = false;
  ownRun(place);
  try {
    await installServers(names, { cache, say, signal });
    say(
      names.length === 0 ? 'no server is needed' : `starting ${names.map((name) => SERVERS[name].product).join(', ')}`,
    );
    await startServers(names, { ...place, say, signal });
    signal.throwIfAborted();
    const files = selected.map(({ file }) => file);
    const report = join(runFolder(cache, place.run), 'skips.jsonl');
    const passed = await untilEnded(runNode(files, report, options, place.run), signal);
    signal.throwIfAborted();
    const settled = settleSkips(readReport(report), files, options);
    good = passed && settled;
    return good;
  } finally {
    await finish(options, place.run, good);
  }
};

const finish = async (
  { cache, commandLine, say, signal }: RunTestsOptions,
  run: string,
  good: boolean,
): Promise<void> => {
  if (commandLine.keep && !signal.aborted) {
    giveAway({ cache, run });
    say(
      `the servers stay; use them with VERIFIEDFAN_SERVERS_RUN=${run}, stop them with: npm run servers -- stop --run ${run}`,
    );
    return;
  }
  const keepLogs = !good && !signal.aborted;
  await endTestRun({ cache, run }, { keepLogs });
  if (keepLogs) say(`logs of the servers are in ${runFolder(cache, run)}`);
};
