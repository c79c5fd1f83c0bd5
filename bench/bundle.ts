/**
 * What a cold start costs beside middy + Powertools: the bundle of our smallest worker and of a typical one, each beside a hand-written
 * function that does the same with middy, Powertools' logger, metrics, tracer and batch processor and the same clients of AWS's SDK, bundled
 * with the settings that their users have. Every start is a process of its own under Lambda's flags, behind a stand-in of Lambda's runtime API, and
 * calls a stand-in of AWS, which says what each side called: equal for both. Tracing is there and switched off on both sides. What an empty
 * function takes, which is Node's, is taken off.
 *
 * The first ratio is of wall time and of our bundle with its code cache, `npm run bundle -- --code-cache`, which counts where the runtime has the Node
 * that made it; theirs have none, as esbuild makes none. The details have the ratio without it, of processor time, with what an empty function
 * takes, and beside a function with middy and the batch processor alone, which writes, measures and traces nothing. Not equal: ours also keeps a
 * deadline, dead-letters and correlates.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildClient, bundlePeer } from './bundle/build.ts';
import { type Case, makeCases } from './bundle/cases.ts';
import { type ColdStart, measureColdStart } from './bundle/cold-start.ts';
import { startAws } from './bundle/stand-in.ts';
import { ROOT } from './launch.ts';
import { alternate, median, raw } from './measure.ts';
import type { BenchOptions, BenchResult } from './result.ts';

/** Of wall time the median is steady from about here on, on a machine that does other work too. */
const ROUNDS = 31;
/** Theirs over ours: ours is to take at most half. */
const BAR = 2;
/** The smallest worker's own limit, in bytes of the zipped bundle without the SDK. */
const SIZE_LIMIT = 300_000;

const SIDES = ['ours', 'uncached', 'theirs', 'unobserved', 'empty'] as const;
type Side = (typeof SIDES)[number];
type Measured = Readonly<Record<Side, ColdStart[]>>;

const measure = async (each: Case, folder: string, rounds: number): Promise<{ measured: Measured; calls: string }> => {
  const aws = await startAws({ secrets: each.secrets });
  const client = await buildClient(folder);
  const bundles = { ...each, empty: await bundlePeer({ directory: folder, name: 'empty' }) };
  const measured: Measured = { ours: [], uncached: [], theirs: [], unobserved: [], empty: [] };
  const calls = new Map<Side, string>();
  try {
    await alternate(SIDES, rounds, async (side) => {
      aws.calls.length = 0;
      const environment = { ...each.environment, AWS_ENDPOINT_URL: aws.url };
      const start = await measureColdStart({ client, bundle: bundles[side], event: each.event, environment });
      if (side !== 'empty') each.check(start.answer);
      calls.set(side, aws.calls.toSorted().join(', '));
      measured[side].push(start);
    });
  } finally {
    await aws.close();
  }
  for (const side of ['uncached', 'theirs', 'unobserved'] as const)
    deepStrictEqual(calls.get(side), calls.get('ours'), 'both sides call the same');
  return { measured, calls: calls.get('ours') ?? '' };
};

const compare = async (each: Case, folder: string, rounds: number): Promise<BenchResult> => {
  const { measured, calls } = await measure(each, folder, rounds);
  const whole = (side: Side): number[] => measured[side].map(({ initMs, invokeMs }) => initMs + invokeMs);
  const parts = (side: Side): string =>
    (['initMs', 'invokeMs'] as const)
      .map((of) => median(measured[side].map((start) => start[of])).toFixed(0))
      .join(' + ');
  const node = median(whole('empty'));
  const above = (side: Side): number => median(whole(side)) - node;
  const [ours, uncached, theirs, unobserved] = [above('ours'), above('uncached'), above('theirs'), above('unobserved')];
  const processor = (side: Side): number => median(measured[side].map(({ processorMs = Number.NaN }) => processorMs));
  const processorAbove = (side: Side): number => processor(side) - processor('empty');
  return {
    name: `cold start of ${each.name} with its code cache, beside middy + Powertools`,
    ratio: theirs / ours,
    bar: BAR,
    unit: 'ms above an empty function',
    ours,
    theirs,
    detail: {
      'ours as a part of theirs': ours / theirs,
      'calls of each side': calls,
      'an empty function, ms': node,
      'without the code cache, ms': uncached,
      'ratio without the code cache': theirs / uncached,
      'ratio with what an empty function takes': (theirs + node) / (ours + node),
      'processor time of ours, ms above an empty function': processorAbove('ours'),
      'without the code cache': processorAbove('uncached'),
      'of theirs': processorAbove('theirs'),
      'of theirs without logger, metrics and tracer': processorAbove('unobserved'),
      'ratio of processor time': processorAbove('theirs') / processorAbove('ours'),
      'without the code cache, ratio of processor time': processorAbove('theirs') / processorAbove('uncached'),
      'theirs without logger, metrics and tracer, ms': unobserved,
      'ratio to that': unobserved / ours,
      'ratio to that without the code cache': unobserved / uncached,
      'ours, init and first event, ms': parts('ours'),
      'theirs, init and first event, ms': parts('theirs'),
      'ours, zipped kB': each.ours.zippedBytes / 1_000,
      'without the code cache, zipped kB': each.uncached.zippedBytes / 1_000,
      'theirs, zipped kB': each.theirs.zippedBytes / 1_000,
      'ours, all rounds': raw(whole('ours')),
      'theirs, all rounds': raw(whole('theirs')),
    },
  };
};

const sizeOf = ({ name, withoutSdk, uncached, ours }: Case): BenchResult => ({
  name: `zipped bundle of ${name} without the SDK`,
  ratio: SIZE_LIMIT / withoutSdk,
  bar: 1,
  unit: 'bytes',
  ours: withoutSdk,
  theirs: SIZE_LIMIT,
  detail: { 'with the SDK': uncached.zippedBytes, 'with the SDK and a code cache': ours.zippedBytes },
});

export const run = async ({ rounds = ROUNDS }: BenchOptions): Promise<BenchResult[]> => {
  // Inside the repository, where esbuild finds the packages that it bundles.
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'dist/bench-bundle-'));
  try {
    const cases = await makeCases(folder);
    const results: BenchResult[] = [];
    for (const each of cases) results.push(await compare(each, folder, rounds));
    return [...results, sizeOf(cases[0])];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
