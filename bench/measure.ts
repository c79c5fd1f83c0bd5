import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { ROOT, readLaunch } from './launch.ts';
import type { BenchReport } from './result.ts';

const MEMORY_SAMPLE_MS = 50;
const KEPT_STDERR = 4_000;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

/** All values of a median, to be shown beside it. */
export const raw = (values: readonly number[], digits = 0): string =>
  values.map((value) => value.toFixed(digits)).join(' ');

export const machine = (): BenchReport['machine'] => ({
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
  memoryGibibytes: Math.round(totalmem() / 2 ** 30),
  platform: `${platform()} ${release()} ${process.arch}`,
  node: process.versions.node,
});

/** A line of /proc/<pid>/status in MiB; undefined where there is no such file, or no such process any more. */
export const memoryOf = (pid: number, field: 'VmHWM' | 'VmRSS'): number | undefined => {
  try {
    const kibibytes = new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1_024;
  } catch {
    return undefined;
  }
};

/** Stops what we started when we are stopped: a benchmark must not leave a busy process behind. */
export const endWithUs = (child: ChildProcess): void => {
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
};

export type Finished = {
  stdout: string;
  /** Most memory that the process held, in MiB; undefined where /proc does not tell. */
  peakMebibytes: number | undefined;
};

/** Runs a program of this repository in a process of its own, with this Node, started as the command starts itself. Throws, with the end of its stderr, unless it exits with 0. */
export const runChild = async (
  args: readonly string[],
  { showProgress = false }: { showProgress?: boolean } = {},
): Promise<Finished> => {
  const { env, flags } = readLaunch();
  const child = spawn(process.execPath, [...flags, ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  endWithUs(child);
  let stdout = '';
  let stderr = '';
  let peakMebibytes: number | undefined;
  const sample = (): void => {
    peakMebibytes = memoryOf(child.pid ?? 0, 'VmHWM') ?? peakMebibytes;
  };
  // The kernel keeps the maximum itself, so only what is reached in the last moment could be missed.
  const sampling = setInterval(sample, MEMORY_SAMPLE_MS);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    sample();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-KEPT_STDERR);
    if (showProgress) process.stderr.write(text);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  const code = await promise.finally(() => clearInterval(sampling));
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}${showProgress ? '' : `:\n${stderr}`}`);
  return { stdout, peakMebibytes };
};

/** Every side once a round, in an order that turns each round, so that neither always meets the warmer or busier machine. */
export const alternate = async <Side>(
  sides: readonly Side[],
  rounds: number,
  run: (side: Side, round: number) => Promise<void>,
): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) await run(side, round);
  }
};
