import { createRowBuilder, endOfRow, type Region, regionOf } from './build-rows.ts';
import { CsvError } from './errors.ts';
import { createRowScanner, LINE_FEED, QUOTE } from './scan-row.ts';
import type { CsvFaultCode, CsvRow } from './types.ts';

export type ParserOptions = { maxRowBytes: number; maxRawLength: number; startAfterLine: number };

export type Parser = {
  /** Finished rows gather here; the caller takes them away. */
  readonly rows: CsvRow[];
  header(): string[] | undefined;
  headerFault(): CsvFaultCode | undefined;
  /** Takes the next piece of the file. The first one holds at least three bytes, if the file does: it may be a byte order mark. */
  feed(bytes: Buffer): void;
  /** The file is over: adds a last row without line end, or answers with `unclosed_quote`. */
  finish(): CsvError | undefined;
  /** The end of what was fed. */
  position(): { line: number; byteOffset: number };
};

const NOTHING: Buffer = Buffer.alloc(0);
const startsWithByteOrderMark = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/**
 * Cuts the bytes of a file into rows. Lines without quotes are handed on many at a time; the scanner looks only at rows with a quote
 * and at the row that the end of a piece cuts. Of that row no more than `maxRowBytes` and one piece are held.
 */
export const createParser = ({ maxRowBytes, maxRawLength, startAfterLine }: ParserOptions): Parser => {
  const builder = createRowBuilder({ maxRowBytes, maxRawLength });
  const scanner = createRowScanner();
  /** The line on which the current row starts. */
  let line = 1;
  let fedBytes = 0;
  /** `cut` means that the last piece ended inside a row; `held` is that row so far, or its first bytes when it is `tooLong`. */
  let cut = false;
  let tooLong = false;
  let held = NOTHING;

  const isWanted = (): boolean => builder.header() === undefined || line > startAfterLine;

  const endRow = (region: Region, start: number, lineFeedAt: number): void => {
    const end = endOfRow(region.bytes, start, lineFeedAt);
    if (isWanted()) {
      if (tooLong) builder.addTooLong(line, held, 0);
      else if (end > start) builder.addRow(region, { line, start, end });
    }
    line += 1 + scanner.lineFeeds();
    cut = false;
    tooLong = false;
    held = NOTHING;
  };

  const hold = (bytes: Buffer, start: number): void => {
    cut = true;
    if (tooLong) return;
    // One more than the limit can still be a carriage return that belongs to the line end.
    tooLong = scanner.length() > maxRowBytes + 1;
    // A copy lets go of the piece; a row within the limit is joined, and so copied, with the next piece anyway.
    held = tooLong ? Buffer.from(bytes.subarray(start, start + maxRowBytes)) : bytes.subarray(start);
  };

  /** Takes all lines in front of the next quote, or of the end; answers where the first line with a quote, or a cut one, starts. */
  const takeLinesWithoutQuote = (region: Region, start: number): number => {
    const { bytes } = region;
    if (bytes[start] === QUOTE) return start; // Saves two searches a row where every field is quoted.
    const quote = bytes.indexOf(QUOTE, start);
    const end = bytes.lastIndexOf(LINE_FEED, quote === -1 ? bytes.length : quote) + 1;
    let position = start;
    while (line <= startAfterLine && position < end) {
      position = bytes.indexOf(LINE_FEED, position) + 1;
      line++;
    }
    if (position < end) line += builder.addLines(region, { line, start: position, end });
    return Math.max(start, end);
  };

  /** Takes a row that is one line without fault, the usual case, with one look at it; anything else is left to the scanner. */
  const takeLineWithQuotes = (region: Region, start: number): number => {
    const lineFeedAt = line > startAfterLine && region.text !== undefined ? region.text.indexOf('\n', start) : -1;
    if (lineFeedAt === -1) return start;
    const place = { line, start, end: endOfRow(region.bytes, start, lineFeedAt) };
    if (!builder.addWholeLine(region.text ?? '', place)) return start;
    line++;
    return lineFeedAt + 1;
  };

  const takeRows = (region: Region, start: number): void => {
    const { bytes } = region;
    let position = start;
    while (builder.headerFault() === undefined) {
      if (builder.header() !== undefined) {
        position = takeLinesWithoutQuote(region, position);
        const start = position;
        position = takeLineWithQuotes(region, start);
        if (position > start) continue;
      }
      if (position === bytes.length) return;
      scanner.reset();
      const next = scanner.scan(bytes, position);
      if (next === -1) {
        hold(bytes, position);
        return;
      }
      endRow(region, position, next - 1);
      position = next;
    }
  };

  return {
    rows: builder.rows,
    header: builder.header,
    headerFault: () => builder.headerFault() ?? (tooLong && builder.header() === undefined ? 'too_long' : undefined),
    feed(piece) {
      const fresh = fedBytes === 0 && startsWithByteOrderMark(piece) ? piece.subarray(3) : piece;
      fedBytes += piece.length;
      const bytes = cut && !tooLong ? Buffer.concat([held, fresh]) : fresh;
      const next = cut ? scanner.scan(bytes, bytes.length - fresh.length) : 0;
      if (next === -1) {
        hold(bytes, 0);
        return;
      }
      const region = regionOf(bytes);
      if (cut) endRow(region, 0, next - 1);
      takeRows(region, next);
    },
    finish() {
      const quote = cut ? scanner.openQuote() : undefined;
      if (cut && quote === undefined) endRow(regionOf(held), 0, held.length);
      if (quote === undefined) return undefined;
      const byteOffset = fedBytes - scanner.length() + quote.offset;
      return new CsvError({ code: 'unclosed_quote', line: line + quote.lineFeeds, byteOffset });
    },
    position: () => ({ line: line + (cut ? scanner.lineFeeds() : 0), byteOffset: fedBytes }),
  };
};
