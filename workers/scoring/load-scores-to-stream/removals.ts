import type { CsvRow } from '@verifiedfan/csv-read-stream';
import { createDigestSet, type DigestSet } from '../domain/digest-set.ts';
import type { Load } from '../domain/load-manifest.ts';
import type { ScoreRecord, WithdrawalRecord } from '../domain/score-record.ts';
import { type ColumnIndexes, isFault, parseScoreRow } from '../domain/score-row.ts';

type Names = Pick<ScoreRecord, 'campaignId' | 'memberId' | 'sid' | 'emailKey'>;

const memberName = ({ campaignId, memberId }: Names): string => `m ${campaignId} ${memberId}`;
const sidName = ({ campaignId, sid }: Names): string => `s ${campaignId} ${sid}`;
const emailName = ({ campaignId, emailKey }: Names): string => `e ${campaignId} ${emailKey}`;

/** Everything that the records of a load name: its members and their identifiers. */
export const createNames = (): { set: DigestSet; add(records: readonly ScoreRecord[]): void } => {
  const set = createDigestSet();
  return {
    set,
    add(records) {
      for (const record of records) {
        set.add(memberName(record));
        if (record.sid !== undefined) set.add(sidName(record));
        if (record.emailKey !== undefined) set.add(emailName(record));
      }
    },
  };
};

export type RemovalReader = {
  load: Pick<Load, 'file' | 'load'>;
  indexes: ColumnIndexes;
  names: DigestSet;
  emailKeyOf(email: string): string;
};

/**
 * Withdrawals for those rows of an earlier upload whose member, or one of whose identifiers, the current upload does not name any more.
 * Rows that were invalid then were never loaded; rows that were filtered then are withdrawn too, which changes nothing.
 */
export const readRemovals = (
  rows: readonly CsvRow[],
  { load, indexes, names, emailKeyOf }: RemovalReader,
): WithdrawalRecord[] => {
  const withdrawals: WithdrawalRecord[] = [];
  for (const { line, fields } of rows) {
    const row = fields === undefined ? undefined : parseScoreRow(fields, indexes);
    if (row === undefined || isFault(row)) continue;
    const named: Names = { campaignId: row.campaignId, memberId: row.memberId };
    if (row.sid !== undefined) named.sid = row.sid;
    if (row.email !== undefined) named.emailKey = emailKeyOf(row.email);
    const withdrawal: WithdrawalRecord = {
      type: 'withdrawal',
      campaignId: row.campaignId,
      memberId: row.memberId,
      member: !names.has(memberName(named)),
      file: load.file,
      load: load.load,
      meta: { correlation: `load-${load.load}.removal.${line}` },
    };
    if (named.sid !== undefined && !names.has(sidName(named))) withdrawal.sid = named.sid;
    if (named.emailKey !== undefined && !names.has(emailName(named))) withdrawal.emailKey = named.emailKey;
    if (withdrawal.member || withdrawal.sid !== undefined || withdrawal.emailKey !== undefined)
      withdrawals.push(withdrawal);
  }
  return withdrawals;
};
