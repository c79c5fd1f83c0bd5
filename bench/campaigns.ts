/**
 * campaign-service over HTTP on the embedded driver.
 *
 * Reading beside a bare Koa application (`campaigns/bare.ts`): the same store in a file, the same package that checks the same token, the
 * same two reads, JSON. Ours has the whole pipeline, as in production with a line of log a request; neither compresses, on one machine. The
 * answers are compared before they are timed. Each side is a process of its own, the callers a third one.
 * Then two limits of the design: what 10,000 callers of one cold search cause upstream, and how long a refresh of 10,000 due campaigns takes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureReads } from './campaigns/reads.ts';
import { measureRefresh } from './campaigns/refresh.ts';
import { measureSingleFlight } from './campaigns/single-flight.ts';
import type { BenchOptions, BenchResult } from './result.ts';

const ROUNDS = 15;
const REFRESHES = 3;

/** `rounds` is how often each side is asked. */
export const run = async ({ rounds = ROUNDS }: BenchOptions): Promise<BenchResult[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-campaigns-'));
  try {
    return [
      ...(await measureReads(directory, rounds)),
      await measureSingleFlight(),
      await measureRefresh(directory, Math.min(rounds, REFRESHES)),
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
