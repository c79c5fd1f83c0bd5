import type { JsonObject } from '@verifiedfan/ports';
import { defineWorker, kinesis, type WorkerRecord } from '@verifiedfan/worker';
import { applyRows } from './domain/apply-rows.ts';
import { memberKey } from './domain/keys.ts';
import { readRecords } from './domain/read-records.ts';
import type { RowChange, RowOutcome } from './domain/settle-rows.ts';
import { claimOf } from './domain/standing-item.ts';

/**
 * Keeps one row per campaign and member: the newest score of the files that are current. success = created + updated + unchanged and
 * in = success + invalid + failed; rows that were taken back are `removed`, apart from these.
 */
export const loadScoresToDynamoDB = defineWorker({
  purpose: 'Keeps one member row per campaign and member: the newest score of all current files.',
  source: kinesis('scoresStream', { batchSize: 1_000, bisectOnError: true, maxRetries: 5 }),
  reads: ['demandTable/file:*/meta:file* get', 'demandTable/campaign:*/member:* get'],
  writes: ['demandTable/campaign:*/member:* put delete'],
  services: ({ table, metrics }) => ({ demandTable: table('demandTable'), metrics }),
  async handle(records, { services, reject, fail }) {
    const { scores, withdrawals, invalid } = readRecords(records, reject);
    const changes: RowChange<WorkerRecord>[] = scores.map(({ record, score }) => ({
      key: memberKey(score.campaignId, score.memberId),
      tag: record,
      claim: claimOf(score),
    }));
    for (const { record, withdrawal } of withdrawals) {
      if (!withdrawal.member) continue;
      const { campaignId, memberId, file, load } = withdrawal;
      changes.push({ key: memberKey(campaignId, memberId), tag: record, withdrawal: { file, belowLoad: load } });
    }
    const { outcomes, superseded, undone } = await applyRows(services.demandTable, changes);
    const unchanged = superseded.length + undone.length;
    const counts = { created: 0, updated: 0, unchanged, removed: 0, failed: 0 };
    for (const outcome of outcomes) {
      if ('error' in outcome) fail(outcome.tag, outcome.error);
      count(counts, outcome);
    }
    services.metrics.count('scores_loaded', counts.created + counts.updated);
    return toCounters(counts, { in: scores.length + invalid, invalid });
  },
});

type Counts = { created: number; updated: number; unchanged: number; removed: number; failed: number };

const COUNTER: Readonly<Record<string, keyof Counts | undefined>> = {
  created: 'created',
  updated: 'updated',
  moved: 'unchanged',
  hidden: 'unchanged',
  unchanged: 'unchanged',
  removed: 'removed',
  uncovered: 'removed',
  dropped: 'removed',
};

const count = (counts: Counts, outcome: RowOutcome<WorkerRecord>): void => {
  const isScore = (outcome.tag.data as { type?: unknown }).type === 'score';
  const counter = 'error' in outcome ? (isScore ? 'failed' : undefined) : COUNTER[outcome.effect];
  if (counter !== undefined) counts[counter] += 1;
};

/** `removed` is shown only where something was removed: most loads have nothing to take back. */
const toCounters = (
  { created, updated, unchanged, removed, failed }: Counts,
  input: { in: number; invalid: number },
): JsonObject => {
  const success = created + updated + unchanged;
  return {
    in: input.in,
    success,
    created,
    updated,
    unchanged,
    invalid: input.invalid,
    failed,
    ...(removed > 0 ? { removed } : {}),
  };
};
