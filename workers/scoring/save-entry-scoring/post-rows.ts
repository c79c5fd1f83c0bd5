import { hash } from 'node:crypto';
import type { EntryClient } from '@verifiedfan/entry-client';
import { chunk, mapParallel } from '@verifiedfan/map-utils';
import { RequestError } from '@verifiedfan/request';
import type { WorkerRecord } from '@verifiedfan/worker';
import type { Row } from './rows.ts';

/** entry-service takes at most this many rows a call. */
const MAX_ROWS = 500;
const CONCURRENT_CALLS = 4;

export type EntryCounters = {
  entries: number;
  found: number;
  inserted: number;
  updated: number;
  failed: number;
  removed: number;
};
export const noEntries = (): EntryCounters => ({
  entries: 0,
  found: 0,
  inserted: 0,
  updated: 0,
  failed: 0,
  removed: 0,
});

type PostContext = {
  entries: EntryClient;
  fail(record: WorkerRecord, error: unknown): void;
  counters: EntryCounters;
};

/** Posts rows campaign by campaign, so that a campaign whose call fails takes only its own rows with it. */
export const postRows = async (rows: readonly Row[], context: PostContext): Promise<void> => {
  const byCampaign = Map.groupBy(rows, ({ campaignId }) => campaignId);
  const calls = [...byCampaign.values()].flatMap((all) => chunk(all, MAX_ROWS));
  await mapParallel(calls, (call) => post(call, context), { concurrency: CONCURRENT_CALLS });
};

const post = async (rows: readonly Row[], context: PostContext): Promise<void> => {
  const { entries, counters, fail } = context;
  const scores = rows.flatMap((row) => ('score' in row ? [row.score] : []));
  const withdrawals = rows.flatMap((row) => ('withdrawal' in row ? [row.withdrawal] : []));
  try {
    const campaignId = rows[0]?.campaignId ?? '';
    const answer = await entries.postScoring({ campaignId, scores, withdrawals }, { idempotencyKey: keyOf(rows) });
    counters.entries += answer.input;
    counters.found += answer.found;
    counters.inserted += answer.inserted;
    counters.updated += answer.updated;
    counters.removed += answer.withdrawn;
  } catch (error) {
    if (rows.length > 1 && isAboutContent(error)) {
      const half = Math.ceil(rows.length / 2);
      await post(rows.slice(0, half), context);
      await post(rows.slice(half), context);
      return;
    }
    counters.failed += scores.length;
    for (const { record } of rows) fail(record, error);
  }
};

/** One row that entry-service does not take must not end its neighbours: then the call is split until the row stands alone. */
const isAboutContent = (error: unknown): boolean =>
  error instanceof RequestError && (error.status === 400 || error.status === 413 || error.status === 422);

/** The same rows have the same key, whichever delivery brought them. */
const keyOf = (rows: readonly Row[]): string =>
  hash(
    'sha256',
    rows.map((row) => `${row.record.meta.id} ${'score' in row ? 'score' : `below ${row.withdrawal.load}`}`).join('\n'),
  ).slice(0, 32);
