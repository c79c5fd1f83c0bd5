/**
 * - `row_length`  a row given as an array has more or fewer values than there are columns
 * - `row_type`    a row is neither an array nor an object
 * - `value_type`  a value is none that a cell can hold: an object, NaN, an infinite number, an invalid date
 */
export const CSV_WRITE_ERROR_CODES = ['row_length', 'row_type', 'value_type'] as const;
export type CsvWriteErrorCode = (typeof CSV_WRITE_ERROR_CODES)[number];

export type CsvWriteErrorOptions = {
  code: CsvWriteErrorCode;
  /** Counted from 1, the header not included; unknown when a row is formatted alone. */
  row?: number | undefined;
  /** Counted from 1. */
  column?: number | undefined;
};

/** Says where, and never shows a value. The same row fails again, so it is not retryable. */
export class CsvWriteError extends Error {
  override readonly name = 'CsvWriteError';
  readonly code: CsvWriteErrorCode;
  readonly retryable = false;
  readonly row: number | undefined;
  readonly column: number | undefined;
  constructor({ code, row, column }: CsvWriteErrorOptions) {
    const place = [row !== undefined && `row ${row}`, column !== undefined && `column ${column}`].filter(Boolean);
    super(`CSV could not be written: ${[code, ...place].join(', ')}`);
    this.code = code;
    this.row = row;
    this.column = column;
  }
}
