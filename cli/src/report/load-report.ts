import { addCounters, type Estate, type Observer } from '@verifiedfan/local';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { COUNT_NAMES, type Counts, isObject, readCounts, storedOffers } from './scoring.ts';

export type FileReport = {
  bucket: string;
  key: string;
  etag: string;
  state: string;
  reason?: string;
  count: JsonObject;
};
export type LoadReport = {
  files: FileReport[];
  workers: Record<string, JsonObject>;
  campaigns: Record<string, Counts>;
  slack: { campaignId: string; counts: Counts }[];
  seconds: number;
  recordsPerSecond: number;
};

/** The workers in a report, with their counters at zero: a command in which a worker had nothing to do says so. */
const zeroCounters = (): Record<string, JsonObject> => ({
  loadScoresToDynamoDB: { in: 0, success: 0, created: 0, updated: 0, unchanged: 0, invalid: 0, failed: 0 },
  saveEntryScoring: { records: 0, input: 0, scoring: 0, entries: 0, found: 0, inserted: 0, updated: 0, failed: 0 },
  saveFanlistScores: {
    input: { in: 0, invalid: 0, duplicate: 0, valid: 0 },
    dynamo: { in: 0, failed: 0, out: 0, rejected: 0 },
    stream: { in: 0, failed: 0, out: 0 },
  },
  processSavedScores: { count: 0 },
  verdictReporter: {
    counts: { input: 0, requeue: { success: 0, failed: 0 }, slack: { success: 0, failed: 0 }, bypass: { success: 0 } },
  },
});

const ZERO_FILE: JsonObject = { in: 0, valid: 0, invalid: 0, filtered: 0, out: 0, failed: 0 };

type LoadSummary = {
  bucket: string;
  key: string;
  etag: string;
  state: string;
  reason?: string;
  count: JsonObject;
  load: number;
  file: string;
  loadId: string;
};

/** Gathers what the workers answer while a command runs. */
export const createLedger = () => {
  const workers = zeroCounters();
  const loads = new Map<number, LoadSummary>();
  const slack: LoadReport['slack'] = [];
  let deadLettered = 0;
  let loaded = 0;
  const observer: Observer = {
    invoked(worker, answer) {
      if (!isObject(answer)) return;
      if (worker === 'loadScoresToStream')
        for (const load of listOf(answer.loads)) noteLoad(load as unknown as LoadSummary);
      if (worker === 'verdictReporter')
        for (const post of listOf(answer.posted)) slack.push(post as unknown as LoadReport['slack'][number]);
      if (worker === 'loadScoresToDynamoDB') loaded += numberOf(answer.in);
      const total = workers[worker];
      if (total !== undefined) addCounters(total, answer);
    },
    deadLettered(_worker, count) {
      deadLettered += count;
    },
  };
  const noteLoad = (load: LoadSummary): void => {
    loads.set(load.load, load);
  };
  return {
    observer,
    workers,
    slack,
    loads: (): LoadSummary[] => [...loads.values()],
    /** Whole records that ended as dead letters: the outcome of the command is bad. */
    deadLettered: (): number => deadLettered,
    /** Rows that the member table has taken, for a progress bar. */
    loaded: (): number => loaded,
  };
};
export type Ledger = ReturnType<typeof createLedger>;

const listOf = (value: unknown): JsonValue[] => (Array.isArray(value) ? (value as JsonValue[]) : []);
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** One file per upload that the command made, and per load that it went on with. */
const filesOf = (ledger: Ledger, uploads: readonly { key: string; etag: string }[]): FileReport[] => {
  const loads = oncePerUpload(ledger.loads());
  const reports = loads.map(({ bucket, key, etag, state, reason, count }): FileReport => {
    return {
      bucket,
      key,
      etag,
      state,
      ...(reason === undefined ? {} : { reason }),
      count: state === 'unchanged' ? ZERO_FILE : count,
    };
  });
  const missing = uploads.filter(({ key, etag }) => !loads.some((load) => load.key === key && load.etag === etag));
  const reason = 'the load was given up; see verifiedfan dead-letters';
  return [
    ...reports,
    ...missing.map(
      ({ key, etag }): FileReport => ({
        bucket: 'scoringBucket',
        key,
        etag,
        state: 'failed',
        reason,
        count: ZERO_FILE,
      }),
    ),
  ];
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
  const ids = new Set<string>();
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
  uploads: readonly { key: string; etag: string }[];
  startedMs: number;
};

export const createReport = async ({ estate, ledger, uploads, startedMs }: ReportOptions): Promise<LoadReport> => {
  const files = filesOf(ledger, uploads);
  const seconds = Math.max(0.001, (estate.platform.clock.now() - startedMs) / 1_000);
  const rows = files.reduce((sum, { count }) => sum + numberOf(count.in), 0);
  return {
    files,
    workers: ledger.workers,
    campaigns: await campaignsOf(estate, ledger),
    slack: ledger.slack,
    seconds: Math.round(seconds * 1_000) / 1_000,
    recordsPerSecond: Math.round(rows / seconds),
  };
};

/** Bad is a file that was not loaded whole, and a record that was given up; invalid rows are not. */
export const isBad = (report: LoadReport, ledger: Ledger): boolean =>
  ledger.deadLettered() > 0 || report.files.some(({ state }) => state === 'rejected' || state === 'failed');
