import { createCampaignService } from '@verifiedfan/campaign-service';
import { createKeySetDocument } from '@verifiedfan/jwt';
import { request } from '@verifiedfan/test-utils';
import { median, raw } from '../measure.ts';
import type { BenchResult } from '../result.ts';
import { aCampaign, clock, openDatabase, random, type Setting, tokenOf, verifierOf } from './setting.ts';

const DUE = 10_000;
const LIMIT_MS = 5_000;
const IMPORT = 100;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Their events are written in the same transactions; sending them comes afterwards, and is not what is measured. */
const destinations = {
  campaignDataStream: { putMany: async () => [] },
  dataPipelineQueue: { sendMany: async () => [] },
  attendanceQueue: { sendMany: async () => [] },
  refreshSelectionsQueue: { sendMany: async () => [] },
  purge: async () => {},
};

const makeDue = async (url: string, headers: Record<string, string>): Promise<void> => {
  const date = { open: '2020-01-01T10:00:00Z', close: '2100-02-01T10:00:00Z' };
  for (let first = 0; first < DUE; first += IMPORT) {
    const campaigns = Array.from({ length: IMPORT }, (_, index) => ({ ...aCampaign(first + index), date }));
    const answer = await request({ url: `${url}/campaigns/import`, method: 'POST', headers, json: { campaigns } });
    if (answer.status !== 200) throw new Error(`an import was answered ${answer.text}`);
  }
};

const refreshOnce = async (database: string): Promise<number> => {
  const setting: Setting = { database, keys: createKeySetDocument({ random }) };
  const store = openDatabase(setting);
  const verifyToken = verifierOf(setting);
  const service = createCampaignService({ database: store, clock, random, log: quiet, verifyToken, destinations });
  const { url, close } = await service.listen();
  try {
    const headers = { authorization: `Bearer ${tokenOf(setting)}` };
    await makeDue(url, headers);
    const startedMs = performance.now();
    const answer = await request({ url: `${url}/campaigns/refresh`, method: 'POST', headers });
    const tookMs = performance.now() - startedMs;
    const { opened } = (answer.json() as { data: { opened: number } }).data;
    if (opened !== DUE) throw new Error(`a refresh opened ${opened} campaigns of ${DUE}`);
    return tookMs;
  } finally {
    await close({ graceMs: 0 });
    await store.close();
  }
};

/** One `POST /campaigns/refresh` with 10,000 campaigns of four markets that are due to open, on a store in a file. */
export const measureRefresh = async (directory: string, rounds: number): Promise<BenchResult> => {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await refreshOnce(`${directory}/refresh-${round}.sqlite`));
  const ours = median(times);
  return {
    name: `refresh of ${DUE.toLocaleString('en-US')} due campaigns beside the limit`,
    ratio: LIMIT_MS / ours,
    bar: 1,
    unit: 'ms',
    ours,
    theirs: LIMIT_MS,
    detail: {
      'events in the outbox, each campaign': 'one for each destination that is concerned',
      'all rounds': raw(times),
    },
  };
};
