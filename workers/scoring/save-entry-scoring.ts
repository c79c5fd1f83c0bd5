import { hash } from 'node:crypto';
import { createEntryClient, type EntryClient, type EntryScore, type EntryWithdrawal } from '@verifiedfan/entry-client';
import { chunk, mapParallel } from '@verifiedfan/map-utils';
import type { Table } from '@verifiedfan/ports';
import { createRequest } from '@verifiedfan/request';
import { defineWorker, type HandleContext, kinesis, type WorkerRecord } from '@verifiedfan/worker';
import { isSuperseded, readFloors } from './domain/floors.ts';
import { readRecords } from './domain/read-records.ts';
import type { ScoreRecord, WithdrawalRecord } from './domain/score-record.ts';

/** entry-service takes at most this many rows a call. */
const MAX_ROWS = 500;
const CONCURRENT_CALLS = 4;

type EntryServices = { table: Table; entries: EntryClient };
/** A row of a call with the record that brought it. */
type Row = { record: WorkerRecord; campaignId: string } & ({ score: EntryScore } | { withdrawal: EntryWithdrawal });
type Counters = { entries: number; found: number; inserted: number; updated: number; failed: number; removed: number };

/**
 * Tells entry-service the scores of fans who have a first choice. scoring = entries + failed, entries = inserted + found,
 * found = updated + unchanged. A campaign whose call fails takes only its own rows with it.
 */
export const saveEntryScoring = defineWorker({
  purpose: 'Tells entry-service the scores of those fans who have a first choice, campaign by campaign.',
  source: kinesis('scoresStream', { batchSize: 1_000, bisectOnError: true, maxRetries: 5 }),
  reads: ['demandTable/file:*/*'],
  writes: [],
  calls: ['entryService'],
  services(kit): EntryServices {
    const { clock, random } = kit;
    const request = createRequest({
      baseUrl: kit.endpoint('entryService'),
      clock,
      random,
      timeoutMs: 10_000,
      deadlineMs: 25_000,
      propagate: true,
    });
    return {
      table: kit.table('demandTable'),
      entries: createEntryClient({ request, getToken: kit.workerToken('entry-service') }),
    };
  },
  async handle(records, context) {
    const { scores, withdrawals, invalid } = readRecords(records, context.reject);
    const floors = await readFloors(
      context.services.table,
      scores.map(({ score }) => score.file),
    );
    const ranked = scores.filter(({ score }) => score.events[0] !== undefined && !isSuperseded(floors, score));
    const rows: Row[] = [
      ...ranked.map(({ record, score }) => ({ record, campaignId: score.campaignId, score: toEntryScore(score) })),
      ...withdrawals
        .filter(({ withdrawal }) => withdrawal.member)
        .map(({ record, withdrawal }) => ({
          record,
          campaignId: withdrawal.campaignId,
          withdrawal: toEntryWithdrawal(withdrawal),
        })),
    ];
    const counters: Counters = { entries: 0, found: 0, inserted: 0, updated: 0, failed: 0, removed: 0 };
    const byCampaign = Map.groupBy(rows, ({ campaignId }) => campaignId);
    const calls = [...byCampaign.values()].flatMap((all) => chunk(all, MAX_ROWS));
    await mapParallel(calls, (call) => post(call, counters, context), { concurrency: CONCURRENT_CALLS });
    const { removed, ...rest } = counters;
    return {
      records: scores.length + invalid,
      input: scores.length,
      scoring: ranked.length,
      ...rest,
      ...(removed > 0 ? { removed } : {}),
    };
  },
});

const post = async (
  rows: readonly Row[],
  counters: Counters,
  { services, fail }: HandleContext<EntryServices>,
): Promise<void> => {
  const scores = rows.flatMap((row) => ('score' in row ? [row.score] : []));
  const withdrawals = rows.flatMap((row) => ('withdrawal' in row ? [row.withdrawal] : []));
  try {
    const campaignId = rows[0]?.campaignId ?? '';
    const answer = await services.entries.postScoring(
      { campaignId, scores, withdrawals },
      { idempotencyKey: keyOf(rows) },
    );
    counters.entries += answer.input;
    counters.found += answer.found;
    counters.inserted += answer.inserted;
    counters.updated += answer.updated;
    counters.removed += answer.withdrawn;
  } catch (error) {
    counters.failed += scores.length;
    for (const { record } of rows) fail(record, error);
  }
};

/** The same rows have the same key, whichever delivery brought them. */
const keyOf = (rows: readonly Row[]): string =>
  hash('sha256', rows.map(({ record }) => record.meta.id).join('\n')).slice(0, 32);

const toEntryScore = ({
  memberId,
  rank,
  events,
  score,
  isVerified,
  verdict,
  scoredAt,
  modelVersion,
  file,
  load,
  line,
}: ScoreRecord): EntryScore => ({
  memberId,
  rank,
  events,
  score,
  verdict,
  scoredAt,
  file,
  load,
  line,
  ...(isVerified === undefined ? {} : { isVerified }),
  ...(modelVersion === undefined ? {} : { modelVersion }),
});

const toEntryWithdrawal = ({ memberId, file, load }: WithdrawalRecord): EntryWithdrawal => ({ memberId, file, load });
