/** The bytes with a meaning in CSV. UTF-8 never uses them inside a longer character, so bytes can be searched before decoding. */
export const LINE_FEED = 0x0a;
export const CARRIAGE_RETURN = 0x0d;
export const QUOTE = 0x22;
export const COMMA = 0x2c;

const FIELD_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
/** Behind a quote inside a quoted field: a second quote goes on, anything else has left the field. */
const QUOTE_SEEN = 3;

/**
 * Finds the end of a row that may come in pieces, without holding any of it.
 *
 * A quote opens a quoted field only at the start of a field. Elsewhere it is a fault of the row, but not of the next rows: behind a
 * fault a row ends at the next line end, so one stray quote cannot swallow the rest of a file.
 */
export const createRowScanner = () => {
  let state = FIELD_START;
  let lineFeeds = 0;
  let length = 0;
  let quoteOffset = 0;
  let quoteLine = 0;

  return {
    /** Begins a new row. */
    reset(): void {
      state = FIELD_START;
      lineFeeds = 0;
      length = 0;
    },
    /** Goes on with the bytes from `start`; answers the index behind the row's line feed, or -1 when the row goes on. */
    scan(bytes: Uint8Array, start: number): number {
      let current = state;
      let position = start;
      for (; position < bytes.length; position++) {
        const byte = bytes[position];
        if (current === QUOTED) {
          if (byte === QUOTE) current = QUOTE_SEEN;
          else if (byte === LINE_FEED) lineFeeds++;
        } else if (byte === LINE_FEED) {
          break;
        } else if (byte === COMMA) {
          current = FIELD_START;
        } else if (byte === QUOTE && current !== UNQUOTED) {
          if (current === FIELD_START) {
            quoteOffset = length + position - start;
            quoteLine = lineFeeds;
          }
          current = QUOTED;
        } else {
          current = UNQUOTED;
        }
      }
      state = current;
      length += position - start;
      return position < bytes.length ? position + 1 : -1;
    },
    /** Where a quoted field was opened that is still open: bytes and line feeds from the row's start. */
    openQuote: (): { offset: number; lineFeeds: number } | undefined =>
      state === QUOTED ? { offset: quoteOffset, lineFeeds: quoteLine } : undefined,
    /** Line feeds inside quoted fields so far. */
    lineFeeds: (): number => lineFeeds,
    /** Bytes of the row so far, without its line feed. */
    length: (): number => length,
  };
};
export type RowScanner = ReturnType<typeof createRowScanner>;
