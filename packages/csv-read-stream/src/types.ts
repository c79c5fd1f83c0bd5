/**
 * Why a row is invalid. When several apply, the first of this list is reported.
 * - `too_long`  the row has more than `maxRowBytes` bytes
 * - `utf8`      the row is not valid UTF-8
 * - `quote`     a quote inside an unquoted field, or anything but a comma or the row's end behind a closing quote
 * - `fields`    more or fewer fields than the header
 */
export type CsvFaultCode = 'too_long' | 'utf8' | 'quote' | 'fields';

export type CsvFault = {
  code: CsvFaultCode;
  /** The field at fault, counted from 1; for `fields` the first that is missing or too many. */
  column: number;
};

/** One row. `line` is the physical line of the file on which it starts; the first line is 1. */
export type CsvRow =
  | { line: number; fields: string[]; fault?: never }
  /** `raw` is the start of the row for a dead letter, invalid bytes as U+FFFD. It holds personal data: never log it. */
  | { line: number; fault: CsvFault; raw: string; fields?: never };

export type CsvOptions = {
  /** Rows per batch; the last one may be shorter. @default 1_000 */
  batchSize?: number | undefined;
  /** Longest row in bytes, without its line end. A longer one is reported and skipped without being held. @default 1_048_576 */
  maxRowBytes?: number | undefined;
  /** Most characters (UTF-16 units) of a faulty row kept as `raw`. @default 4_096 */
  maxRawLength?: number | undefined;
  /** Leaves out rows that start on this physical line or before it, without decoding them. @default 0 */
  startAfterLine?: number | undefined;
  /** Gathers small chunks up to this many bytes before looking at them, because each look has a cost. @default 65_536 */
  gatherBytes?: number | undefined;
};

export type ReadCsvOptions = CsvOptions & {
  /** The file's bytes, in chunks of any size. A Node `Readable` without encoding is one. */
  source: AsyncIterable<Uint8Array>;
  /** Whether the bytes are gzip; `'detect'` looks at the first two. @default false */
  gzip?: boolean | 'detect' | undefined;
};

export type OpenedCsv = {
  outcome: 'opened';
  /** The names as they stand in the first row that is not empty. */
  header: string[];
  /** The rows behind the header, in order, once. Ending the loop early closes the source. */
  batches: AsyncIterable<CsvRow[]>;
  /** Closes the source without reading further; needed only when `batches` is not read. */
  close(): Promise<void>;
};

export type CsvRejectionCode =
  | 'empty_file'
  | 'header_too_long'
  | 'header_utf8'
  | 'header_quote'
  | 'missing_column'
  | 'duplicate_column';

export type CsvRejectionReason = {
  code: CsvRejectionCode;
  /** The name of a column that was asked for. A file without a header shows values there, so other names are never given. */
  column?: string;
  /** Where in the header, counted from 1. */
  position?: number;
};

/** The file as a whole cannot be used, and no row of it was delivered. */
export type CsvRejection = { outcome: 'rejected'; reasons: CsvRejectionReason[] };
