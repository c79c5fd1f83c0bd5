import { COMMA, QUOTE } from './scan-row.ts';

/** `faultColumn` is the field, counted from 1, in which a quote stands where none may; 0 when there is no such fault. */
export type SplitRow = { fields: string[]; faultColumn: number };

/**
 * Splits one row, without its line end, into fields. With a fault, `fields` holds those in front of it.
 * A row that is cut inside a quoted field gives the cut field as its last one.
 */
export const splitRow = (row: string): SplitRow => {
  const fields: string[] = [];
  for (let position = 0; ; position++) {
    const quoted = row.charCodeAt(position) === QUOTE;
    const end = quoted ? endOfQuoted(row, position) : endOfUnquoted(row, position);
    const field = quoted ? unquote(row, position, end) : row.slice(position, end);
    const ended = end >= row.length;
    if (quoted ? !ended && row.charCodeAt(end) !== COMMA : field.includes('"')) {
      return { fields, faultColumn: fields.length + 1 };
    }
    fields.push(field);
    if (ended) return { fields, faultColumn: 0 };
    position = end;
  }
};

const endOfUnquoted = (row: string, start: number): number => {
  const comma = row.indexOf(',', start);
  return comma === -1 ? row.length : comma;
};

/** The index behind the closing quote; behind the row when there is none. */
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
