import type { Estate } from '@verifiedfan/local';
import type { Bill } from '@verifiedfan/metering';
import type { JsonObject } from '@verifiedfan/ports';
import { type Ledger, type LoadSummary, numberOf, type SlackPost } from './ledger.ts';
import { COUNT_NAMES, type Counts, readCounts, storedOffers } from './scoring.ts';

export type FileReport = {
  bucket: string;
  key: string;
  etag: string;
  state: string;
  reason?: string;
  count: JsonObject;
};

/** What `load`, `resume` and `onsale` report. */
export type LoadReport = {
  files: FileReport[];
  /** Counters by worker, summed over all invocations of the command. */
  workers: Record<string, JsonObject>;
  /** The counts of the campaigns that the command touched, as they are now. */
  campaigns: Record<string, Counts>;
  slack: SlackPost[];
  seconds: number;
  recordsPerSecond: number;
  /** With `--bill`. */
  bill?: Bill;
};

/** One file that the command has put into a bucket. */
export type Upload = { bucket: string; key: string; etag: string };

const ZERO_FILE: JsonObject = { in: 0, valid: 0, invalid: 0, filtered: 0, out: 0, failed: 0 };
const GIVEN_UP = 'the load was given up; see verifiedfan dead-letters';

/** One file per upload that the command made, and per load that it went on with. */
const filesOf = (loads: readonly LoadSummary[], uploads: readonly Upload[]): FileReport[] => {
  const loaded = oncePerUpload(loads);
  const reports = loaded.map(({ bucket, key, etag, state, reason, count }): FileReport => {
    const because = reason === undefined ? {} : { reason };
    return { bucket, key, etag, state, ...because, count: state === 'unchanged' ? ZERO_FILE : count };
  });
  const missing = uploads.filter(({ key, etag }) => !loaded.some((load) => load.key === key && load.etag === etag));
  const givenUp = missing.map((upload): FileReport => {
    return { ...upload, state: 'failed', reason: GIVEN_UP, count: ZERO_FILE };
  });
  return [...reports, ...givenUp];
};

/** A file that was uploaded again while its load was unfinished is reported once, by what became of the load. */
const oncePerUpload = (loads: readonly LoadSummary[]): LoadSummary[] => {
  const best = new Map<string, LoadSummary>();
  for (const load of loads) {
    const name = `${load.etag} ${load.key}`;
    const other = best.get(name);
    if (other === undefined || other.state === 'unchanged' || other.state === 'superseded') best.set(name, load);
  }
  return [...best.values()];
};

const campaignsOf = async (estate: Estate, ledger: Ledger): Promise<Record<string, Counts>> => {
  const table = estate.platform.table('demandTable');
  const ids = new Set(ledger.slack.map(({ campaignId }) => campaignId));
  for (const load of ledger.loads())
    for await (const { campaignId, offer } of storedOffers(table, load)) if (offer !== undefined) ids.add(campaignId);
  const campaigns: Record<string, Counts> = {};
  for (const campaignId of [...ids].sort())
    campaigns[campaignId] = await readCounts({ table, campaignId, sums: COUNT_NAMES });
  return campaigns;
};

export type ReportOptions = {
  estate: Estate;
  ledger: Ledger;
  uploads: readonly Upload[];
  startedMs: number;
  bill: Bill | undefined;
};

/**
 * The report of a piece of work that is settled. `bad` is a file that was not loaded whole, and a record that was given up; invalid rows
 * are not.
 */
export const createReport = async (options: ReportOptions): Promise<{ report: LoadReport; bad: boolean }> => {
  const { estate, ledger, uploads, startedMs, bill } = options;
  const seconds = Math.max(0.001, (estate.platform.clock.now() - startedMs) / 1_000);
  const files = filesOf(ledger.loads(), uploads);
  const rows = files.reduce((sum, { count }) => sum + numberOf(count.in), 0);
  const { workers, slack } = ledger;
  const report: LoadReport = {
    files,
    workers,
    campaigns: await campaignsOf(estate, ledger),
    slack,
    seconds: Math.round(seconds * 1_000) / 1_000,
    recordsPerSecond: Math.round(rows / seconds),
    ...(bill === undefined ? {} : { bill }),
  };
  const bad = ledger.deadLettered() > 0 || files.some(({ state }) => state === 'rejected' || state === 'failed');
  return { report, bad };
};
