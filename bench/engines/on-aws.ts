import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLI, ROOT, readLaunch } from '../launch.ts';
import { endWithUs } from '../measure.ts';
import { findPort } from '../start.ts';
import type { RequestCounts } from './requests.ts';

export type AwsEstate = {
  /** What was sent so far. */
  requests(): Promise<RequestCounts>;
  end(): Promise<void>;
};

const COUNTER = join(import.meta.dirname, 'count-requests.ts');
const GIVE_UP_MS = 60_000;
const LOOK_MS = 20;

/** `verifiedfan start --platform aws` in a process of its own, whose requests are counted; commands find it by its data directory. */
export const startOnAws = async (directory: string, stage: Readonly<Record<string, string>>): Promise<AwsEstate> => {
  const { env, flags } = readLaunch();
  const port = String(await findPort());
  const file = `${directory}-requests.jsonl`;
  const child = spawn(
    process.execPath,
    [
      ...[...flags, '--import', COUNTER, CLI, 'start', '--no-sample', '--platform', 'aws', '--bill'],
      ...['--port', port, '--data', directory],
    ],
    {
      cwd: ROOT,
      env: { ...env, ...stage, LOG_LEVEL: 'error', BENCH_REQUESTS_FILE: file },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  endWithUs(child);
  let printed = '';
  const serves = Promise.withResolvers<void>();
  const read = (text: string): void => {
    printed += text;
    if (printed.includes('Serving')) serves.resolve();
  };
  child.stdout.setEncoding('utf8').on('data', read);
  child.stderr.setEncoding('utf8').on('data', read);
  const ended = once(child, 'close').then(() => serves.reject(new Error(`start ended:\n${printed}`)));
  const timer = setTimeout(() => serves.reject(new Error(`start does not serve:\n${printed}`)), GIVE_UP_MS);
  await serves.promise.finally(() => clearTimeout(timer));
  let readings = 0;
  return {
    async requests() {
      readings += 1;
      child.kill('SIGUSR2');
      for (;;) {
        const line = linesOf(file)[readings - 1];
        if (line !== undefined) return JSON.parse(line) as RequestCounts;
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`start ended:\n${printed}`);
        await sleep(LOOK_MS);
      }
    },
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
};

/** Whole lines only. */
const linesOf = (file: string): string[] => {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
};
