import type { CsvRow } from '@verifiedfan/csv-read-stream';
import type { JsonValue } from '@verifiedfan/ports';
import type { Load } from '../domain/load-manifest.ts';
import type { Offers } from '../domain/offers.ts';
import { isFiltered, rankPreferences } from '../domain/rank.ts';
import type { ScoreRecord } from '../domain/score-record.ts';
import { type ColumnIndexes, isFault, parseScoreRow, type ScoreRow } from '../domain/score-row.ts';

/** A row that breaks the grammar: where, why, and what a redrive needs. The reason never holds a value. */
export type InvalidRow = { line: number; reason: string; raw: JsonValue };

export type ReadRows = { records: ScoreRecord[]; invalid: InvalidRow[]; filtered: number; lastLine: number };

export type RowReader = {
  load: Pick<Load, 'file' | 'load'>;
  indexes: ColumnIndexes;
  columns: readonly string[];
  offers: Offers;
  /** Keyed hash of a normalised e-mail address. */
  emailKeyOf(email: string): string;
};

const FAULTS: Readonly<Record<string, string>> = {
  too_long: 'the row is longer than 1 MiB',
  utf8: 'the row is not valid UTF-8',
  quote: 'a quote is misplaced',
  fields: 'the row has more or fewer fields than the header',
};

/** Reads, checks, ranks and filters one batch of rows. */
export const readRows = async (rows: readonly CsvRow[], reader: RowReader): Promise<ReadRows> => {
  const { offers, indexes, columns } = reader;
  const invalid: InvalidRow[] = [];
  const valid: { line: number; row: ScoreRow; fields: string[] }[] = [];
  for (const { line, fields, fault, ...rest } of rows) {
    if (fields === undefined) {
      const column = columns[fault.column - 1] ?? `number ${fault.column}`;
      invalid.push({
        line,
        reason: `column ${column}: ${FAULTS[fault.code] ?? fault.code}`,
        raw: 'raw' in rest ? rest.raw : null,
      });
      continue;
    }
    const row = parseScoreRow(fields, indexes);
    if (isFault(row)) invalid.push({ line, reason: `column ${row.column}: ${row.reason}`, raw: fields });
    else valid.push({ line, row, fields });
  }
  await offers.prepare(valid.map(({ row }) => row.campaignId));
  const records: ScoreRecord[] = [];
  let filtered = 0;
  for (const { line, row, fields } of valid) {
    const offer = offers.get(row.campaignId);
    if (offer === undefined) {
      invalid.push({ line, reason: 'column campaignId: there is no such campaign', raw: fields });
      continue;
    }
    const { events, rank } = rankPreferences(row.preferences, offer.events);
    if (rank === null || isFiltered(rank, offer)) filtered += 1;
    else records.push(toRecord(row, { events, rank, line }, reader));
  }
  return { records, invalid, filtered, lastLine: rows.at(-1)?.line ?? 0 };
};

export const toRecord = (
  row: ScoreRow,
  { events, rank, line }: { events: string[]; rank: number; line: number },
  { load: { file, load }, emailKeyOf }: Pick<RowReader, 'load' | 'emailKeyOf'>,
): ScoreRecord => {
  const record: ScoreRecord = {
    type: 'score',
    campaignId: row.campaignId,
    memberId: row.memberId,
    score: row.score,
    verdict: row.verdict,
    rank,
    events,
    scoredAt: row.scoredAt,
    file,
    load,
    line,
    meta: { correlation: `load-${load}.${line}` },
  };
  if (row.isVerified !== undefined) record.isVerified = row.isVerified;
  if (row.globalUserId !== undefined) record.globalUserId = row.globalUserId;
  if (row.sid !== undefined) record.sid = row.sid;
  if (row.email !== undefined) record.emailKey = emailKeyOf(row.email);
  if (row.modelVersion !== undefined) record.modelVersion = row.modelVersion;
  return record;
};
