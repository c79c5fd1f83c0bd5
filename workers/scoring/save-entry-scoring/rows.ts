import type { EntryScore, EntryWithdrawal } from '@verifiedfan/entry-client';
import type { WorkerRecord } from '@verifiedfan/worker';
import type { ScoreInput, WithdrawalInput } from '../domain/read-records.ts';

/** A row of a call, with the record that brought it. */
export type Row = { record: WorkerRecord; campaignId: string } & (
  | { score: EntryScore }
  | { withdrawal: EntryWithdrawal }
);

/** A score as entry-service takes it: without the identifiers, which are no business of the entry. */
export const scoreRow = ({ record, score }: ScoreInput): Row => {
  const { campaignId, memberId, rank, events, verdict, scoredAt, file, load, line, isVerified, modelVersion } = score;
  const row: EntryScore = { memberId, rank, events, score: score.score, verdict, scoredAt, file, load, line };
  if (isVerified !== undefined) row.isVerified = isVerified;
  if (modelVersion !== undefined) row.modelVersion = modelVersion;
  return { record, campaignId, score: row };
};

export const withdrawalRow = ({ record, withdrawal: { campaignId, memberId, file, load } }: WithdrawalInput): Row => ({
  record,
  campaignId,
  withdrawal: { memberId, file, load },
});

/** Takes back what `scoreRow` of the same record says. */
export const takeBack = ({ record, score: { campaignId, memberId, file, load } }: ScoreInput): Row => ({
  record,
  campaignId,
  withdrawal: { memberId, file, load: load + 1 },
});
