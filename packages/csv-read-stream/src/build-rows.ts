import { isAscii, isUtf8 } from 'node:buffer';
import { CARRIAGE_RETURN, LINE_FEED } from './scan-row.ts';
import { splitLines, splitRow } from './split-row.ts';
import type { CsvFaultCode, CsvRow } from './types.ts';

/** A piece of the file. `text` is there when one byte is one character, so that positions are the same in both. */
export type Region = { bytes: Buffer; text: string | undefined };
/** Where one row or a block of whole lines stands in a region: the line it starts on and its bytes, `end` not included. */
export type Place = { line: number; start: number; end: number };

export const regionOf = (bytes: Buffer): Region => ({
  bytes,
  text: isAscii(bytes) ? bytes.toString('latin1', 0, bytes.length) : undefined,
});

/** Where the row's text ends: in front of its line feed and of a carriage return there. */
export const endOfRow = (bytes: Buffer, start: number, lineFeedAt: number): number =>
  lineFeedAt > start && bytes[lineFeedAt - 1] === CARRIAGE_RETURN ? lineFeedAt - 1 : lineFeedAt;

const cut = (text: string, length: number): string => {
  const start = text.slice(0, length);
  return start.isWellFormed() ? start : start.slice(0, -1);
};

/** Decodes rows, finds their faults and gathers them. The first row is the header; with a fault in it nothing else is of use. */
export const createRowBuilder = ({ maxRowBytes, maxRawLength }: { maxRowBytes: number; maxRawLength: number }) => {
  const rows: CsvRow[] = [];
  let header: string[] | undefined;
  let headerFault: CsvFaultCode | undefined;

  // A character takes at most four bytes and gives at least one UTF-16 unit: what a cut spoils lies behind the limit.
  const rawOf = (bytes: Buffer, start: number, end: number): string =>
    cut(bytes.toString('utf8', start, Math.min(end, start + 4 * maxRawLength)), maxRawLength);

  const addFault = (line: number, code: CsvFaultCode, column: number, raw: string): void => {
    if (header === undefined) headerFault ??= code;
    else rows.push({ line, fault: { code, column }, raw });
  };

  const addFields = (line: number, fields: string[], raw: () => string): void => {
    if (header === undefined) header = fields;
    else if (fields.length === header.length) rows.push({ line, fields });
    else addFault(line, 'fields', Math.min(fields.length, header.length) + 1, raw());
  };

  /** Needs the first `maxRowBytes` bytes of the row and uses no more, so the answer is the same however the file is cut. */
  const addTooLong = (line: number, bytes: Buffer, start: number): void => {
    const { fields, faultColumn } = splitRow(bytes.toString('latin1', start, start + maxRowBytes));
    addFault(line, 'too_long', faultColumn || fields.length, rawOf(bytes, start, start + maxRowBytes));
  };

  const addInvalidUtf8 = (bytes: Buffer, { line, start, end }: Place): void => {
    const { fields, faultColumn } = splitRow(bytes.toString('latin1', start, end));
    const index = fields.findIndex((field) => !isUtf8(Buffer.from(field, 'latin1')));
    addFault(line, 'utf8', index === -1 ? faultColumn : index + 1, rawOf(bytes, start, end));
  };

  const addRow = ({ bytes, text }: Region, place: Place): void => {
    const { line, start, end } = place;
    if (end - start > maxRowBytes) {
      addTooLong(line, bytes, start);
    } else if (text === undefined && !isUtf8(bytes.subarray(start, end))) {
      addInvalidUtf8(bytes, place);
    } else {
      const row = text === undefined ? bytes.toString('utf8', start, end) : text.slice(start, end);
      const { fields, faultColumn } = splitRow(row);
      if (faultColumn > 0) addFault(line, 'quote', faultColumn, rawOf(bytes, start, end));
      else addFields(line, fields, () => rawOf(bytes, start, end));
    }
  };

  /** Splits a text of whole lines without quotes; `addLong` takes the rows over the limit, where they can be told by their length. */
  const addText = (
    text: string,
    { line, start, end }: Place,
    addLong?: (line: number, start: number) => void,
  ): number =>
    splitLines(text, { start, end }, (fields, lineFeeds, rowStart, rowEnd) => {
      if (addLong !== undefined && rowEnd - rowStart > maxRowBytes) addLong(line + lineFeeds, rowStart);
      else addFields(line + lineFeeds, fields, () => cut(text.slice(rowStart, rowEnd), maxRawLength));
    });

  const addOneByOne = (region: Region, place: Place): number => {
    let { line, start } = place;
    for (; start < place.end; line++) {
      const lineFeed = region.bytes.indexOf(LINE_FEED, start);
      const end = endOfRow(region.bytes, start, lineFeed);
      if (end > start) addRow(region, { line, start, end });
      start = lineFeed + 1;
    }
    return line - place.line;
  };

  /** Whole lines without any quote, as many at once as possible; answers how many lines they were. */
  const addLines = (region: Region, place: Place): number => {
    const { bytes, text } = region;
    if (text !== undefined) return addText(text, place, (line, start) => addTooLong(line, bytes, start));
    const block = bytes.subarray(place.start, place.end);
    if (block.length > maxRowBytes || !isUtf8(block)) return addOneByOne(region, place);
    const decoded = block.toString('utf8', 0, block.length);
    return addText(decoded, { line: place.line, start: 0, end: decoded.length });
  };

  /** One line of a text as a row, if it is one: false, and nothing added, when it has a fault or goes on in the next line. */
  const addWholeLine = (text: string, { line, start, end }: Place): boolean => {
    if (header === undefined || end - start > maxRowBytes) return false;
    const { fields, faultColumn, isCut } = splitRow(text.slice(start, end));
    if (isCut || faultColumn > 0 || fields.length !== header.length) return false;
    rows.push({ line, fields });
    return true;
  };

  return {
    rows,
    header: (): string[] | undefined => header,
    headerFault: (): CsvFaultCode | undefined => headerFault,
    /** One row without its line end; it is not empty. */
    addRow,
    addWholeLine,
    /** A row that is over the limit already, of which the first `maxRowBytes` bytes stand at `start`. */
    addTooLong,
    addLines,
  };
};
