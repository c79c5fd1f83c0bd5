import type { WorkerRecord } from '@verifiedfan/worker';
import { readScoresStreamRecord, type ScoreRecord, type WithdrawalRecord } from './score-record.ts';

export type ScoreInput = { record: WorkerRecord; score: ScoreRecord };
export type WithdrawalInput = { record: WorkerRecord; withdrawal: WithdrawalRecord };

/** Sorts a batch of scoresStream into scores, withdrawals and records that are neither, which are rejected. */
export const readRecords = (
  records: readonly WorkerRecord[],
  reject: (record: WorkerRecord, reason: string) => void,
): { scores: ScoreInput[]; withdrawals: WithdrawalInput[]; invalid: number } => {
  const scores: ScoreInput[] = [];
  const withdrawals: WithdrawalInput[] = [];
  let invalid = 0;
  for (const record of records) {
    const read = readScoresStreamRecord(record.data);
    if ('fault' in read) {
      invalid += 1;
      reject(record, read.fault);
    } else if (read.type === 'score') scores.push({ record, score: read });
    else withdrawals.push({ record, withdrawal: read });
  }
  return { scores, withdrawals, invalid };
};
