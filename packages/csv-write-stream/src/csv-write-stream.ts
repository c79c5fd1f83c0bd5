import { Transform, type TransformCallback } from 'node:stream';
import { checkOptions, optional, trueOrFalse } from '@verifiedfan/map-utils';
import { CsvWriteError } from './errors.ts';
import { type CsvValue, formatCsvRow } from './format.ts';

/** A property of the rows; `header` is what stands in the first line, the key when left out. */
export type CsvColumn = string | { key: string; header?: string | undefined };

export type CsvWriteOptions = {
  /** The columns in their order, at least one, each key once. */
  columns: readonly CsvColumn[];
  /** Whether the first line holds the names. @default true */
  header?: boolean | undefined;
  /** `'crlf'` is what RFC 4180 asks for; `'lf'` suits Unix tools. @default 'crlf' */
  lineEnd?: 'crlf' | 'lf' | undefined;
  /** Puts an apostrophe in front of text that a spreadsheet would run as a formula. @default true */
  guardFormulas?: boolean | undefined;
  /** Begins with U+FEFF, without which Excel does not read UTF-8. @default false */
  byteOrderMark?: boolean | undefined;
};

const isColumns = (value: unknown): boolean => {
  if (!Array.isArray(value) || value.length === 0) return false;
  const keys = value.map((column: unknown) =>
    typeof column === 'string' ? column : (column as { key?: unknown } | null)?.key,
  );
  return keys.every((key) => typeof key === 'string') && new Set(keys).size === keys.length;
};

const checkWriteOptions = (options: CsvWriteOptions): void =>
  checkOptions<CsvWriteOptions>('CsvWriteStream', options, {
    columns: { expects: 'a list of columns, at least one and each once', accepts: isColumns },
    header: optional(trueOrFalse),
    lineEnd: optional({ expects: "'crlf' or 'lf'", accepts: (value) => value === 'crlf' || value === 'lf' }),
    guardFormulas: optional(trueOrFalse),
    byteOrderMark: optional(trueOrFalse),
  });

/**
 * Takes rows and gives CSV as UTF-8. A row is an object, of which the columns are taken (a property that is missing gives an empty
 * cell, others are left out), or an array with one value per column. A file without rows has its header all the same.
 * A row that cannot be written destroys the stream with `CsvWriteError`.
 */
export class CsvWriteStream extends Transform {
  readonly #keys: readonly string[];
  readonly #lineEnd: string;
  readonly #guardFormulas: boolean;
  #start: string;
  #row = 0;

  constructor(options: CsvWriteOptions) {
    checkWriteOptions(options);
    super({ writableObjectMode: true });
    const { columns, header = true, lineEnd = 'crlf', guardFormulas = true, byteOrderMark = false } = options;
    const names = columns.map((column) => (typeof column === 'string' ? column : (column.header ?? column.key)));
    this.#keys = columns.map((column) => (typeof column === 'string' ? column : column.key));
    this.#lineEnd = lineEnd === 'crlf' ? '\r\n' : '\n';
    this.#guardFormulas = guardFormulas;
    const firstLine = header ? formatCsvRow(names, { guardFormulas }) + this.#lineEnd : '';
    this.#start = (byteOrderMark ? '\ufeff' : '') + firstLine;
  }

  override _transform(row: unknown, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#row++;
    let line: string;
    try {
      line = formatCsvRow(this.#valuesOf(row), { guardFormulas: this.#guardFormulas });
    } catch (error) {
      const { code, column } = error as CsvWriteError;
      callback(error instanceof CsvWriteError ? new CsvWriteError({ code, row: this.#row, column }) : (error as Error));
      return;
    }
    callback(null, this.#takeStart() + line + this.#lineEnd);
  }

  override _flush(callback: TransformCallback): void {
    const start = this.#takeStart();
    callback(null, start === '' ? null : start);
  }

  #takeStart(): string {
    const start = this.#start;
    this.#start = '';
    return start;
  }

  #valuesOf(row: unknown): readonly CsvValue[] {
    if (Array.isArray(row)) {
      if (row.length !== this.#keys.length) throw new CsvWriteError({ code: 'row_length' });
      return row;
    }
    if (typeof row !== 'object' || row === null) throw new CsvWriteError({ code: 'row_type' });
    const values = row as Readonly<Record<string, CsvValue>>;
    return this.#keys.map((key) => (Object.hasOwn(values, key) ? values[key] : undefined));
  }
}

/** `new CsvWriteStream(options)` as a function. */
export const csvWriteStream = (options: CsvWriteOptions): CsvWriteStream => new CsvWriteStream(options);
