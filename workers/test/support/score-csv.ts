import { gzipSync } from 'node:zlib';
import type { Chance } from './chance.ts';

export const COLUMNS = [
  'campaignId',
  'memberId',
  'globalUserId',
  'sid',
  'email',
  'phone',
  'score',
  'isVerified',
  'verdict',
  'preferences',
  'scoredAt',
  'modelVersion',
] as const;
export type Column = (typeof COLUMNS)[number];

/** One row as it is meant; `broken` says that it breaks the grammar in some way. */
export type PlannedRow = { fields: Record<Column, string>; broken?: 'value' | 'shape' };
export type PlacedRow = PlannedRow & { line: number };

export type CsvFile = { bytes: Buffer; rows: PlacedRow[] };
export type CsvStyle = { gzip: boolean; unclosedQuote: boolean; withoutColumn?: Column };

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * Writes rows as some exporter might: columns in any order, further columns with line breaks in them, blank lines, either line end, a byte
 * order mark. Says on which physical line each row starts.
 */
export const writeCsv = (rows: readonly PlannedRow[], style: CsvStyle, chance: Chance): CsvFile => {
  const columns = chance.shuffled([...COLUMNS, 'comment'].filter((name) => name !== style.withoutColumn));
  const lineEnd = chance.oneOf(['\n', '\r\n']);
  let text = `${columns.join(',')}${lineEnd}`;
  const placed: PlacedRow[] = [];
  for (const row of rows) {
    if (chance.percent(10)) text += lineEnd;
    placed.push({ ...row, line: text.split('\n').length });
    const cells = columns.map((name) => cellOf(row, name, chance));
    text += `${(row.broken === 'shape' ? cells.slice(1) : cells).join(',')}${lineEnd}`;
  }
  if (style.unclosedQuote) text += `"open${lineEnd}for ever`;
  const bytes = Buffer.from(chance.percent(20) ? `\uFEFF${text}` : text);
  return { bytes: style.gzip ? gzipSync(bytes) : bytes, rows: placed };
};

const cellOf = ({ fields }: PlannedRow, name: string, chance: Chance): string => {
  if (name === 'comment') return chance.oneOf(['', 'plain', quote('two\nlines'), quote('a, "b"')]);
  const text = fields[name as Column];
  return chance.percent(20) ? quote(text) : text;
};
