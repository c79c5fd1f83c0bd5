import { checkOptions, optional, positiveInteger, wholeNumber } from '@verifiedfan/map-utils';
import { CsvError, codeOfSourceError } from './errors.ts';
import { gather } from './gather.ts';
import { gunzip, gunzipIfNeeded } from './gunzip.ts';
import { createParser, type Parser } from './parse.ts';
import type { CsvOptions, CsvRejection, CsvRow, OpenedCsv, ReadCsvOptions } from './types.ts';

const check = (owner: string, options: ReadCsvOptions): void =>
  checkOptions<ReadCsvOptions>(owner, options, {
    source: {
      expects: 'an async iterable of bytes',
      accepts: (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
    },
    gzip: optional({ expects: "true, false or 'detect'", accepts: (value) => value === 'detect' || value === !!value }),
    batchSize: optional(positiveInteger),
    maxRowBytes: optional(positiveInteger),
    maxRawLength: optional(wholeNumber),
    startAfterLine: optional(wholeNumber),
    gatherBytes: optional(positiveInteger),
  });

/** Feeds the next piece of the file, or ends it. */
const advance = async (parser: Parser, pieces: AsyncGenerator<Buffer>): Promise<'more' | 'ended' | CsvError> => {
  try {
    const { value, done } = await pieces.next();
    if (done === true) return parser.finish() ?? 'ended';
    parser.feed(value);
    return parser.headerFault() === undefined ? 'more' : 'ended';
  } catch (cause) {
    return new CsvError({ code: codeOfSourceError(cause), ...parser.position(), cause });
  }
};

/** First an empty batch, as soon as the header is known or the file is over; then the batches; then the error, if there is one. */
async function* parseBatches(
  parser: Parser,
  pieces: AsyncGenerator<Buffer>,
  batchSize: number,
): AsyncGenerator<CsvRow[]> {
  const { rows } = parser;
  let state: Awaited<ReturnType<typeof advance>> = 'more';
  try {
    while (state === 'more' && parser.header() === undefined) state = await advance(parser, pieces);
    if (state instanceof CsvError && parser.header() === undefined) throw state;
    yield [];
    for (;;) {
      let taken = 0;
      for (; rows.length - taken >= batchSize; taken += batchSize) yield rows.slice(taken, taken + batchSize);
      rows.splice(0, taken);
      if (state !== 'more') break;
      state = await advance(parser, pieces);
    }
    if (rows.length > 0) yield rows.splice(0);
    if (state instanceof CsvError) throw state;
  } finally {
    await pieces.return(undefined);
  }
}

const decompress = ({ source, gzip = false }: ReadCsvOptions): AsyncIterable<Uint8Array> => {
  if (gzip === false) return source;
  return gzip === 'detect' ? gunzipIfNeeded(source) : gunzip(source);
};

/**
 * Opens a CSV file: reads up to its header and answers with it and the batches of rows, or with the reason why there is no header.
 * Rejects with `CsvError` when the file cannot be read as far as that; `batches` throws it behind the last row in front of the fault.
 */
export const readCsv = async (options: ReadCsvOptions): Promise<OpenedCsv | CsvRejection> => {
  check('readCsv', options);
  const { batchSize = 1_000, maxRowBytes = 1_048_576, maxRawLength = 4_096 } = options;
  const { startAfterLine = 0, gatherBytes = 65_536 } = options;
  const parser = createParser({ maxRowBytes, maxRawLength, startAfterLine });
  const batches = parseBatches(parser, gather(decompress(options), gatherBytes), batchSize);
  await batches.next();
  const close = async (): Promise<void> => {
    await batches.return(undefined);
  };
  const header = parser.header();
  if (header !== undefined) return { outcome: 'opened', header, batches, close };
  await close();
  const fault = parser.headerFault();
  // The header has nothing to differ from, so `fields` cannot be its fault.
  const code = fault === undefined || fault === 'fields' ? 'empty_file' : (`header_${fault}` as const);
  return { outcome: 'rejected', reasons: [{ code }] };
};

/** The rows of an uncompressed CSV file, when only they are wanted. A file without a readable header throws `rejected`. */
export async function* readCsvBatches(
  source: AsyncIterable<Uint8Array>,
  options: CsvOptions = {},
): AsyncGenerator<CsvRow[]> {
  const opened = await readCsv({ ...options, source });
  if (opened.outcome === 'rejected') throw new CsvError({ code: 'rejected', line: 1, byteOffset: 0, cause: opened });
  yield* opened.batches;
}
