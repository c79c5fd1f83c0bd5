import { COMMA, QUOTE } from './scan-row.ts';

export type SplitRow = {
  fields: string[];
  /** The field, counted from 1, in which a quote stands where none may; 0 when there is no such fault. */
  faultColumn: number;
  /** The row ends inside a quoted field, so it is only the beginning of one. */
  isCut: boolean;
};

/** Splits one row, without its line end. With a fault, `fields` are those in front of it; of a cut row, the last one is cut. */
export const splitRow = (row: string): SplitRow => {
  const fields: string[] = [];
  // The next quote, kept while the fields in front of it have none.
  let quote = indexOrEnd(row, '"', 0);
  for (let position = 0; ; position++) {
    if (quote < position) quote = indexOrEnd(row, '"', position);
    const isQuoted = quote === position && position < row.length;
    const end = isQuoted ? endOfQuoted(row, position) : indexOrEnd(row, ',', position);
    if (isQuoted ? end < row.length && row.charCodeAt(end) !== COMMA : quote < end) {
      return { fields, faultColumn: fields.length + 1, isCut: false };
    }
    fields.push(isQuoted ? unquote(row, position, end) : row.slice(position, end));
    if (end >= row.length) return { fields, faultColumn: 0, isCut: end > row.length };
    position = end;
  }
};

/** The index behind the closing quote; one more than the row's length when there is none. */
const endOfQuoted = (row: string, start: number): number => {
  let quote = row.indexOf('"', start + 1);
  while (quote !== -1 && row.charCodeAt(quote + 1) === QUOTE) quote = row.indexOf('"', quote + 2);
  return quote === -1 ? row.length + 1 : quote + 1;
};

const unquote = (row: string, start: number, end: number): string => {
  const field = row.slice(start + 1, end - 1);
  return field.includes('"') ? field.replaceAll('""', '"') : field;
};

/**
 * Splits the rows of a text without quotes that ends with a line feed, and hands over each row that is not empty with the number of
 * line feeds in front of it. The fast path: two searches by the engine per field, no look at single characters.
 */
export const splitLines = (
  text: string,
  range: { start: number; end: number },
  emit: (fields: string[], lineFeeds: number, start: number, end: number) => void,
): number => {
  let lineFeeds = 0;
  let position = range.start;
  // Kept across rows: searched anew in each row, a text without commas would be searched to its end for every row.
  let comma = indexOrEnd(text, ',', position);
  while (position < range.end) {
    const lineFeed = text.indexOf('\n', position);
    const end = lineFeed > position && text.charCodeAt(lineFeed - 1) === 0x0d ? lineFeed - 1 : lineFeed;
    if (end > position) {
      const start = position;
      const fields: string[] = [];
      while (comma < end) {
        fields.push(text.slice(position, comma));
        position = comma + 1;
        comma = indexOrEnd(text, ',', position);
      }
      fields.push(text.slice(position, end));
      emit(fields, lineFeeds, start, end);
    }
    position = lineFeed + 1;
    lineFeeds++;
  }
  return lineFeeds;
};

const indexOrEnd = (text: string, wanted: string, start: number): number => {
  const index = text.indexOf(wanted, start);
  return index === -1 ? text.length : index;
};
