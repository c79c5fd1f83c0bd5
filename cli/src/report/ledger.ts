import { addCounters, type Observer } from '@verifiedfan/local';
import type { JsonObject } from '@verifiedfan/ports';
import { type Counts, isObject } from './scoring.ts';

/** One load, as loadScoresToStream answers it. */
export type LoadSummary = {
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
export type SlackPost = { campaignId: string; counts: Counts };

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

export type Ledger = {
  observer: Required<Pick<Observer, 'invoked' | 'deadLettered'>>;
  /** Sums of what each worker counted. */
  workers: Record<string, JsonObject>;
  slack: SlackPost[];
  /** The loads that were worked on, each as it was last told. */
  loads(): LoadSummary[];
  /** Whole records that ended as dead letters. */
  deadLettered(): number;
  /** Rows that the member table has taken, for a progress bar. */
  loaded(): number;
};

/** Gathers what the workers answer while a command runs. */
export const createLedger = (): Ledger => {
  const workers = zeroCounters();
  const loads = new Map<number, LoadSummary>();
  const slack: SlackPost[] = [];
  let deadLettered = 0;
  let loaded = 0;
  return {
    observer: {
      invoked(worker, answer) {
        if (!isObject(answer)) return;
        if (worker === 'loadScoresToStream') {
          for (const load of listOf<LoadSummary>(answer.loads)) loads.set(load.load, load);
        }
        if (worker === 'verdictReporter') slack.push(...listOf<SlackPost>(answer.posted));
        if (worker === 'loadScoresToDynamoDB') loaded += numberOf(answer.in);
        const total = workers[worker];
        if (total !== undefined) addCounters(total, answer);
      },
      deadLettered(_worker, count) {
        deadLettered += count;
      },
    },
    workers,
    slack,
    loads: () => [...loads.values()],
    deadLettered: () => deadLettered,
    loaded: () => loaded,
  };
};

/** A member of a worker's answer; its shape is the worker's promise. */
const listOf = <Entry>(value: unknown): Entry[] => (Array.isArray(value) ? (value as Entry[]) : []);
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
