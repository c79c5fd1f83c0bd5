import type { CsvRow } from '@verifiedfan/csv-read-stream';
import { createDigestSet, type DigestSet } from '../domain/digest-set.ts';
import type { Load } from '../domain/load-manifest.ts';
import type { Offers } from '../domain/offers.ts';
import { isFiltered, rankPreferences } from '../domain/rank.ts';
import type { ScoreRecord, WithdrawalRecord } from '../domain/score-record.ts';
import { type ColumnIndexes, isFault, parseScoreRow, type ScoreRow } from '../domain/score-row.ts';

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
  /** What the current upload names; what is withdrawn is added, so that it is withdrawn once. */
  names: DigestSet;
  /** What the campaigns offered to the earlier upload. */
  offers: Pick<Offers, 'prepare' | 'get'>;
  emailKeyOf(email: string): string;
};

/**
 * Withdrawals for those rows of an earlier upload whose member, or one of whose identifiers, the current upload does not name any more.
 * Rows that were invalid or filtered then were never loaded. A campaign that was not known then may have been, by a redrive.
 */
export const readRemovals = async (rows: readonly CsvRow[], reader: RemovalReader): Promise<WithdrawalRecord[]> => {
  const { indexes, offers } = reader;
  const valid = rows.flatMap(({ line, fields }) => {
    const row = fields === undefined ? undefined : parseScoreRow(fields, indexes);
    return row === undefined || isFault(row) ? [] : [{ line, row }];
  });
  await offers.prepare(valid.map(({ row }) => row.campaignId));
  return valid.flatMap(({ line, row }) => {
    const offer = offers.get(row.campaignId);
    const filtered = offer !== undefined && isFiltered(rankPreferences(row.preferences, offer.events).rank, offer);
    return filtered ? [] : (withdrawalOf(row, line, reader) ?? []);
  });
};

const withdrawalOf = (
  row: ScoreRow,
  line: number,
  { load, names, emailKeyOf }: RemovalReader,
): WithdrawalRecord | undefined => {
  const { campaignId, memberId, sid, email } = row;
  const named: Names = { campaignId, memberId };
  if (sid !== undefined) named.sid = sid;
  if (email !== undefined) named.emailKey = emailKeyOf(email);
  const takes = (name: string): boolean => {
    const gone = !names.has(name);
    if (gone) names.add(name);
    return gone;
  };
  const meta = { correlation: `load-${load.load}.removal.${line}` };
  const withdrawal: WithdrawalRecord = {
    type: 'withdrawal',
    campaignId,
    memberId,
    member: takes(memberName(named)),
    file: load.file,
    load: load.load,
    meta,
  };
  if (named.sid !== undefined && takes(sidName(named))) withdrawal.sid = named.sid;
  if (named.emailKey !== undefined && takes(emailName(named))) withdrawal.emailKey = named.emailKey;
  const gone = withdrawal.member || withdrawal.sid !== undefined || withdrawal.emailKey !== undefined;
  return gone ? withdrawal : undefined;
};
