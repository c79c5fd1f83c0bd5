import { isUtf8 } from 'node:buffer';
import { checkOptions, optional, positiveInteger } from '@verifiedfan/map-utils';
import { LineError } from './errors.ts';

export type LineOptions = {
  /** Longest line in bytes, without its line end. @default 1_048_576 */
  maxLineBytes?: number | undefined;
  /** How bytes become text. Not for a stream that is text already, of which half a surrogate pair becomes U+FFFD. @default 'utf8' */
  encoding?: 'utf8' | 'latin1' | undefined;
};

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = '\ufeff';

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const checkLineOptions = (owner: string, options: LineOptions): void =>
  checkOptions<LineOptions>(owner, options, {
    maxLineBytes: optional(positiveInteger),
    encoding: optional({ expects: "'utf8' or 'latin1'", accepts: (value) => value === 'utf8' || value === 'latin1' }),
  });

/** Turns text into UTF-8; the first half of a surrogate pair at the end of a chunk waits for its other half. */
const createEncoder = () => {
  let half = '';
  return {
    encode(chunk: string): Buffer {
      const text = half + chunk;
      half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? '';
      return Buffer.from(half === '' ? text : text.slice(0, -1));
    },
    rest: (): Buffer => Buffer.from(half),
  };
};

/**
 * The complete lines of each chunk. Bytes are cut at line feeds before they are decoded, so a character that is cut by the end of a
 * chunk is whole again in its line.
 */
export async function* lineGroups(
  stream: AsyncIterable<Uint8Array | string>,
  { maxLineBytes = 1_048_576, encoding = 'utf8' }: LineOptions,
): AsyncGenerator<string[]> {
  const encoder = createEncoder();
  let isText = false;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let lineNumber = 0;

  const decode = (bytes: Buffer): string => {
    lineNumber++;
    const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    if (end > maxLineBytes) throw new LineError('too_long', lineNumber);
    if (encoding === 'latin1' && !isText) return bytes.toString('latin1', 0, end);
    if (!isUtf8(bytes)) throw new LineError('encoding', lineNumber);
    const line = bytes.toString('utf8', 0, end);
    return lineNumber === 1 && line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line;
  };
  const takeHeld = (last: Buffer): Buffer => {
    const line = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    return line;
  };
  const hold = (rest: Buffer): void => {
    if (rest.length > 0) held.push(rest);
    heldBytes += rest.length;
    // One more than the limit can still be a carriage return that belongs to the line end.
    if (heldBytes > maxLineBytes + 1) throw new LineError('too_long', lineNumber + 1);
  };

  for await (const chunk of stream) {
    isText = typeof chunk === 'string';
    const bytes = typeof chunk === 'string' ? encoder.encode(chunk) : asBuffer(chunk);
    const lines: string[] = [];
    let start = 0;
    let failure: unknown;
    try {
      for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
        lines.push(decode(takeHeld(bytes.subarray(start, end))));
        start = end + 1;
      }
      hold(bytes.subarray(start));
    } catch (error) {
      failure = error;
    }
    yield lines;
    if (failure !== undefined) throw failure;
  }
  hold(encoder.rest());
  if (heldBytes > 0) yield [decode(takeHeld(Buffer.alloc(0)))];
}

/**
 * The lines of a stream, without their line ends (`\n` or `\r\n`); a last line may lack its line end. Empty lines are lines. A byte
 * order mark is left out. Throws `LineError` for a line that is too long or not valid, behind all lines in front of it, and what the
 * stream throws. Ending the loop early closes the stream.
 */
export async function* linesFromStream(
  stream: AsyncIterable<Uint8Array | string>,
  options: LineOptions = {},
): AsyncGenerator<string> {
  checkLineOptions('linesFromStream', options);
  for await (const lines of lineGroups(stream, options)) yield* lines;
}
