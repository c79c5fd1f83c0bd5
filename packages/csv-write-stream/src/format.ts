import { CsvWriteError } from './errors.ts';

/** What a cell can hold. Null and undefined give an empty cell, a date gives ISO 8601 in UTC. */
export type CsvValue = string | number | bigint | boolean | Date | null | undefined;

export type CsvRowOptions = {
  /** Puts an apostrophe in front of text that a spreadsheet would run as a formula. @default true */
  guardFormulas?: boolean | undefined;
};

/**
 * Text that begins with one of these can become a formula, and a formula can send other cells away or start programs:
 * https://owasp.org/www-community/attacks/CSV_Injection; the null character is from OWASP ASVS 5, 1.2.10. A sign is guarded too,
 * since `+cmd|…` is a formula; a number of type number cannot hold one and stays a number.
 */
const FORMULA_STARTS: ReadonlySet<string> = new Set(['=', '+', '-', '@', '\t', '\r', '\0']);

const textOf = (value: CsvValue, guardFormulas: boolean): string | undefined => {
  switch (typeof value) {
    case 'string':
      return guardFormulas && FORMULA_STARTS.has(value.charAt(0)) ? `'${value}` : value;
    case 'number':
      return Number.isFinite(value) ? String(value) : undefined;
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return '';
    default:
      if (value === null) return '';
      return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;
  }
};

// RFC 4180, section 2: fields with commas, quotes or line breaks are quoted, and quotes in them doubled.
const quoteWhereNeeded = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One row without its line end. Throws `CsvWriteError` with `value_type` and the column for a value that no cell can hold. */
export const formatCsvRow = (values: readonly CsvValue[], { guardFormulas = true }: CsvRowOptions = {}): string => {
  const cells = values.map((value, index) => {
    const text = textOf(value, guardFormulas);
    if (text === undefined) throw new CsvWriteError({ code: 'value_type', column: index + 1 });
    return quoteWhereNeeded(text);
  });
  // One empty cell would be an empty line, which readers take for no row at all.
  return cells.length === 1 && cells[0] === '' ? '""' : cells.join(',');
};
