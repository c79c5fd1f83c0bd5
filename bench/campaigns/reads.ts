import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CampaignView } from '@verifiedfan/campaign-service';
import { createCampaignService } from '@verifiedfan/campaign-service';
import { createKeySetDocument } from '@verifiedfan/jwt';
import { alternate, median, raw } from '../measure.ts';
import type { BenchResult } from '../result.ts';
import { aCampaign, CAMPAIGNS, campaignId, clock, openDatabase, random, type Setting, verifierOf } from './setting.ts';
import { CONNECTIONS, SIDES, type Side, type SideName, startSide } from './side.ts';

const BAR = 0.8;
const IMPORT = 100;
const LIST_LIMIT = 20;
const WARM_UPS = 20;
const FILE = 'campaigns.sqlite';

type Case = { name: string; bar: number; requests: number; path(call: number): string };

const CASES: readonly Case[] = [
  {
    name: 'GET /campaigns/:id beside bare Koa',
    bar: BAR,
    requests: 2_000,
    path: (call) => `/campaigns/${campaignId((call * 7) % CAMPAIGNS)}`,
  },
  // Reported; the bar is of single campaigns. Ours makes a cursor, reads one campaign more, and holds every field to the contract.
  {
    name: `GET /campaigns, ${LIST_LIMIT} of them, beside bare Koa`,
    bar: 0,
    requests: 400,
    path: () => `/campaigns?limit=${LIST_LIMIT}`,
  },
];

const seed = async (setting: Setting): Promise<void> => {
  const database = openDatabase(setting);
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const { manager } = createCampaignService({ database, clock, random, log: quiet, verifyToken: verifierOf(setting) });
  const claims = { iss: '', aud: '', sub: 'seed', iat: 0, exp: 1, ver: 1, supreme: true } as const;
  for (let first = 0; first < CAMPAIGNS; first += IMPORT) {
    await manager.importCampaigns(
      Array.from({ length: IMPORT }, (_, index) => aCampaign(first + index)),
      claims,
    );
  }
  await database.close();
};

type Seen = Pick<CampaignView, '_id' | 'markets'>;
const seenIn = (text: string): string => {
  const { data } = JSON.parse(text) as { data: Seen | Seen[] };
  return JSON.stringify([data].flat().map(({ _id, markets }) => [_id, markets.map(({ eventId }) => eventId)]));
};

/** Both have to say the same before either is timed. */
const checkAnswers = async (sides: ReadonlyMap<SideName, Side>, { path }: Case): Promise<void> => {
  const answers = await Promise.all([...sides.values()].map((side) => side.get(path(1))));
  if (answers.some(({ status }) => status !== 200)) throw new Error(`${path(1)} is not answered by both`);
  if (new Set(answers.map(({ text }) => seenIn(text))).size !== 1)
    throw new Error(`${path(1)} is answered differently`);
};

type Round = { perSecond: number; p99Ms: number; processorUs: number };

/** As many callers as there are connections, each asking as soon as it was answered. */
const load = async (side: Side, { path, requests }: Case): Promise<Round> => {
  const tookMs: number[] = [];
  let call = 0;
  const caller = async (): Promise<void> => {
    while (call < requests) {
      const mine = path(call);
      call += 1;
      const startedMs = performance.now();
      const { status } = await side.get(mine);
      tookMs.push(performance.now() - startedMs);
      if (status !== 200) throw new Error(`${mine} was answered ${status}`);
    }
  };
  const processorBefore = side.processorMs();
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, caller));
  const seconds = (performance.now() - startedMs) / 1_000;
  const p99Ms = tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.99)] ?? Number.NaN;
  const processorUs = ((side.processorMs() - processorBefore) * 1_000) / requests;
  return { perSecond: requests / seconds, p99Ms, processorUs };
};

const compare = async (sides: ReadonlyMap<SideName, Side>, each: Case, rounds: number): Promise<BenchResult> => {
  await checkAnswers(sides, each);
  const measured: Record<SideName, Round[]> = { ours: [], bare: [] };
  // The compiler goes on with more code for longer: with 12,000 requests before, the first rounds that counted still met it.
  for (let round = 0; round < WARM_UPS; round += 1) for (const side of sides.values()) await load(side, each);
  await alternate(SIDES, rounds, async (name) => {
    const side = sides.get(name);
    if (side !== undefined) measured[name].push(await load(side, each));
  });
  const all = (name: SideName, value: keyof Round): number[] => measured[name].map((round) => round[value]);
  const [ours, theirs] = SIDES.map((name) => all(name, 'perSecond')) as [number[], number[]];
  return {
    name: each.name,
    ratio: median(ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN))),
    bar: each.bar,
    unit: 'requests/s',
    ours: median(ours),
    theirs: median(theirs),
    detail: {
      ratio: 'the median of the ratios of all rounds, since both sides of a round meet the same machine',
      'p99, ms': median(all('ours', 'p99Ms')),
      'p99 of bare Koa, ms': median(all('bare', 'p99Ms')),
      'processor time of the server, µs a request': median(all('ours', 'processorUs')),
      'the same of bare Koa, µs a request': median(all('bare', 'processorUs')),
      'connections, each with one request at a time': CONNECTIONS,
      'rounds × requests': `${rounds} × ${each.requests}`,
      'requests before the first round, each side': WARM_UPS * each.requests,
      'ours, all rounds': raw(ours),
      'bare Koa, all rounds': raw(theirs),
    },
  };
};

/** Reading over HTTP, each side in a process of its own, the callers in this one. */
export const measureReads = async (directory: string, rounds: number): Promise<BenchResult[]> => {
  const keys = createKeySetDocument({ random });
  const seeded = join(directory, 'seeded');
  await mkdir(seeded);
  await seed({ database: join(seeded, FILE), keys });
  const sides = new Map<SideName, Side>();
  try {
    for (const name of SIDES) {
      // A copy for each: the embedded driver lets nobody else into a file that it has open.
      await cp(seeded, join(directory, name), { recursive: true });
      sides.set(name, await startSide(name, { database: join(directory, name, FILE), keys }));
    }
    const results: BenchResult[] = [];
    for (const each of CASES) results.push(await compare(sides, each, rounds));
    return results;
  } finally {
    for (const side of sides.values()) await side.close();
  }
};
