/**
 * What a batch of 100 SQS messages costs before and behind the work itself: our worker kit as a Lambda handler, beside middy with its
 * normalizer and its partial-failure middleware, and beside Powertools for AWS. The same event, the same work (reading `data.id`), and
 * the same messages reported as failed, checked in every round. Each side runs in processes of its own, in changing order.
 */
import { join } from 'node:path';
import { alternate, median, raw, runChild } from './measure.ts';
import type { SideName } from './pipeline-sides.ts';
import type { BenchOptions, BenchResult } from './result.ts';

const PROCESSES = 5;
const NAMES: readonly SideName[] = ['ours', 'middy', 'powertools'];
const CASES = [
  { name: '100 messages, all succeed', failEvery: 0 },
  { name: '100 messages, 4 fail', failEvery: 25 },
];

const compare = async ({ name, failEvery }: (typeof CASES)[number], processes: number): Promise<BenchResult> => {
  const times: Record<SideName, number[]> = { ours: [], middy: [], powertools: [] };
  let bytes = 0;
  await alternate(NAMES, processes, async (side) => {
    const { stdout } = await runChild([join(import.meta.dirname, 'pipeline-side.ts'), side, String(failEvery)]);
    const measured = JSON.parse(stdout) as { microseconds: number[]; bytes: number };
    times[side].push(median(measured.microseconds));
    bytes = measured.bytes;
  });
  const ours = median(times.ours);
  const theirs = median(times.middy);
  return {
    name: `${name}, beside middy`,
    ratio: theirs / ours,
    bar: 1,
    unit: 'µs a batch',
    ours,
    theirs,
    detail: {
      'Powertools, µs': median(times.powertools),
      'ratio to Powertools': median(times.powertools) / ours,
      'bytes of the event': bytes,
      'ours, all processes': raw(times.ours, 1),
      'middy, all processes': raw(times.middy, 1),
      'Powertools, all processes': raw(times.powertools, 1),
    },
  };
};

/** Microseconds a batch; `rounds` is the number of processes a side. */
export const run = async ({ rounds = PROCESSES }: BenchOptions): Promise<BenchResult[]> => {
  const results: BenchResult[] = [];
  for (const each of CASES) results.push(await compare(each, rounds));
  return results;
};
