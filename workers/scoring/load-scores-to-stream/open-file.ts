import { bindColumns, type CsvError, type CsvRow, readCsv } from '@verifiedfan/csv-read-stream';
import type { Bucket } from '@verifiedfan/ports';
import { type ColumnIndexes, SCORE_COLUMNS } from '../domain/score-row.ts';

export type OpenedFile =
  | {
      outcome: 'opened';
      indexes: ColumnIndexes;
      columns: readonly string[];
      batches: AsyncIterable<CsvRow[]>;
      close(): Promise<void>;
    }
  | { outcome: 'rejected'; reason: string }
  | { outcome: 'missing' };

type OpenOptions = { bucket: Bucket; key: string; version: string; afterLine: number; batchSize: number };

/** Opens an uploaded score file behind a line and checks its header; gzip is told by its first bytes. */
export const openScoreFile = async ({
  bucket,
  key,
  version,
  afterLine,
  batchSize,
}: OpenOptions): Promise<OpenedFile> => {
  const object = await bucket.get({ key, version });
  if (object === undefined) return { outcome: 'missing' };
  const opened = await readCsv({ source: object.body, gzip: 'detect', batchSize, startAfterLine: afterLine });
  if (opened.outcome === 'rejected') {
    object.body.destroy();
    return { outcome: 'rejected', reason: opened.reasons.map(describeReason).join('; ') };
  }
  const bound = bindColumns(opened.header, SCORE_COLUMNS);
  if (bound.outcome === 'rejected') {
    await opened.close();
    return { outcome: 'rejected', reason: bound.reasons.map(describeReason).join('; ') };
  }
  const { batches } = opened;
  return {
    outcome: 'opened',
    indexes: bound.indexes,
    columns: columnNames(bound.indexes),
    batches,
    close: () => opened.close(),
  };
};

const REASONS: Readonly<Record<string, string>> = {
  empty_file: 'the file is empty',
  header_too_long: 'the header is longer than 1 MiB',
  header_utf8: 'the header is not valid UTF-8',
  header_quote: 'a quote in the header is misplaced',
  missing_column: 'a required column is missing',
  duplicate_column: 'a column stands twice in the header',
};

const describeReason = ({ code, column, position }: { code: string; column?: string; position?: number }): string => {
  const what = REASONS[code] ?? code;
  if (column !== undefined) return `${what}: ${column}`;
  return position === undefined ? what : `${what}: number ${position}`;
};

const READ_FAULTS: Readonly<Record<string, string>> = {
  unclosed_quote: 'a quote is not closed',
  truncated_gzip: 'the gzip data ends too early',
  corrupt_gzip: 'the gzip data is damaged',
};

/** Why a file could not be read to its end, and where. */
export const describeReadFault = ({ code, line, byteOffset }: CsvError): string =>
  `${READ_FAULTS[code] ?? code} at line ${line}, byte ${byteOffset}`;

/** The known columns by their place in the file, to name the column of a fault. */
const columnNames = (indexes: ColumnIndexes): readonly string[] => {
  const names: string[] = [];
  for (const [name, index] of Object.entries(indexes)) if (index !== undefined) names[index] = name;
  return names;
};
