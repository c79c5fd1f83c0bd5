/**
 * `verifiedfan onsale` beside `onsale-bare.ts`, a hand-written program that makes the same rows in the same engines. Each run is a process
 * of its own on an empty directory, the order turns each round, and medians count. Before a rate counts, both must have made exactly the
 * rows that the generator of the file says.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI } from './launch.ts';
import { alternate, median, raw, runChild } from './measure.ts';
import { type OnsaleFile, SEED, writeOnsaleFile } from './onsale-file.ts';
import type { BenchOptions, BenchResult } from './result.ts';

const SIZES = [200_000, 1_000_000];
const ROUNDS = 3;
const RATIO_BAR = 0.35;
const SCALE_BAR = 0.8;
const MEMORY_LIMIT_MEBIBYTES = 768;

type Counts = Record<string, number>;
type OurReport = {
  files: { state: string; count: Counts }[];
  workers: {
    loadScoresToDynamoDB: Counts;
    saveEntryScoring: Counts;
    saveFanlistScores: { dynamo: Counts; stream: Counts };
    processSavedScores: Counts;
  };
  campaigns: Record<string, Counts>;
  seconds: number;
  recordsPerSecond: number;
};
type BareReport = {
  file: Counts;
  campaigns: Record<string, Counts>;
  stored: Counts;
  seconds: number;
  recordsPerSecond: number;
};
type Run = { recordsPerSecond: number; peakMebibytes: number | undefined; made: object };
type Measured = { ours: Run[]; bare: Run[] };

export const onsaleArguments = (registrants: number, directory: string): string[] => [
  ...[CLI, 'onsale', '--registrants', String(registrants), '--seed', String(SEED)],
  ...['--json', '--data', directory],
];

const runOurs = async (file: OnsaleFile, registrants: number, directory: string): Promise<Run> => {
  const { stdout, peakMebibytes } = await runChild(onsaleArguments(registrants, directory));
  const { files, workers, campaigns, recordsPerSecond } = JSON.parse(stdout) as OurReport;
  const { failed, ...count } = files[0]?.count ?? {};
  deepStrictEqual({ state: files[0]?.state, failed, count }, { state: 'done', failed: 0, count: file.summary.count });
  const { loadScoresToDynamoDB: members, saveEntryScoring: entries, saveFanlistScores: fanLists } = workers;
  const made = {
    campaigns,
    members: members.created,
    counted: workers.processSavedScores.count,
    fanLists: fanLists.dynamo.out,
    events: fanLists.stream.out,
    entries: entries.inserted,
  };
  return { recordsPerSecond, peakMebibytes, made };
};

const runBare = async (file: OnsaleFile, _registrants: number, directory: string): Promise<Run> => {
  const program = join(import.meta.dirname, 'onsale-bare.ts');
  const { stdout, peakMebibytes } = await runChild([program, file.scores, file.campaigns, directory]);
  const { file: read, campaigns, stored, recordsPerSecond } = JSON.parse(stdout) as BareReport;
  const { count, campaigns: expected } = file.summary;
  deepStrictEqual(
    { read, campaigns, stream: stored.stream },
    { read: { in: count.in, out: count.out, filtered: count.filtered }, campaigns: expected, stream: count.out },
  );
  const { members, fanLists, events, entries } = stored;
  return {
    recordsPerSecond,
    peakMebibytes,
    made: { campaigns, members, counted: count.out, fanLists, events, entries },
  };
};

const measureSize = async (folder: string, registrants: number, rounds: number): Promise<Measured> => {
  const file = await writeOnsaleFile(folder, registrants);
  const measured: Measured = { ours: [], bare: [] };
  const sides = [
    { run: runOurs, into: measured.ours, name: 'ours' },
    { run: runBare, into: measured.bare, name: 'bare' },
  ];
  await alternate(sides, rounds, async ({ run, into, name }, round) => {
    const directory = join(folder, `${name}-${round}`);
    const result = await run(file, registrants, directory);
    into.push(result);
    await rm(directory, { recursive: true, force: true });
    process.stderr.write(`${registrants} registrants, ${name}: ${result.recordsPerSecond}/s\n`);
  });
  // Whatever the order of the runs was: one and the same result, and `campaigns` of it is the generator's.
  for (const { made } of [...measured.ours, ...measured.bare]) deepStrictEqual(made, measured.bare[0]?.made);
  await rm(file.scores);
  return measured;
};

const rates = (runs: readonly Run[]): number[] => runs.map(({ recordsPerSecond }) => recordsPerSecond);
const peaks = (runs: readonly Run[]): number[] => runs.flatMap(({ peakMebibytes }) => peakMebibytes ?? []);

const compareRates = (registrants: number, { ours, bare }: Measured): BenchResult => ({
  name: `on-sale of ${registrants.toLocaleString('en-US')} registrants, beside the bare program`,
  ratio: median(rates(ours)) / median(rates(bare)),
  bar: RATIO_BAR,
  unit: 'registrants/s',
  ours: median(rates(ours)),
  theirs: median(rates(bare)),
  detail: {
    'ours, all rounds': raw(rates(ours)),
    'bare, all rounds': raw(rates(bare)),
    'peak memory of the bare program, MiB': raw(peaks(bare)),
    checked: 'counts of the file, the campaigns, every kind of row',
  },
});

const compareMemory = (registrants: number, { ours }: Measured): BenchResult[] => {
  const peak = Math.max(...peaks(ours));
  if (!Number.isFinite(peak)) return []; // no /proc on this system
  return [
    {
      name: `peak memory of ${registrants.toLocaleString('en-US')} registrants, beside the limit`,
      ratio: MEMORY_LIMIT_MEBIBYTES / peak,
      bar: 1,
      unit: 'MiB',
      ours: peak,
      theirs: MEMORY_LIMIT_MEBIBYTES,
      detail: { 'all rounds': raw(peaks(ours)) },
    },
  ];
};

const compareScale = (small: Measured, large: Measured): BenchResult => ({
  name: 'rate of the larger on-sale, beside that of the smaller',
  ratio: median(rates(large.ours)) / median(rates(small.ours)),
  bar: SCALE_BAR,
  unit: 'registrants/s',
  ours: median(rates(large.ours)),
  theirs: median(rates(small.ours)),
  detail: { 'the same of the bare program': median(rates(large.bare)) / median(rates(small.bare)) },
});

export const run = async ({ registrants, rounds = ROUNDS }: BenchOptions): Promise<BenchResult[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-onsale-'));
  try {
    const sizes = registrants === undefined ? SIZES : [registrants];
    const measured: Measured[] = [];
    for (const size of sizes) measured.push(await measureSize(folder, size, rounds));
    const [small, large] = measured;
    return [
      ...sizes.flatMap((size, at) => {
        const both = measured[at] as Measured;
        return [compareRates(size, both), ...compareMemory(size, both)];
      }),
      ...(small !== undefined && large !== undefined ? [compareScale(small, large)] : []),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
