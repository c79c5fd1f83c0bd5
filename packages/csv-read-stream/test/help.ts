import { type CsvRow, type ReadCsvOptions, readCsv } from '../src/index.ts';

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'utf8');

/** A source that gives the bytes in chunks that end at the given places. */
export async function* chunksOf(bytes: Uint8Array, ends: readonly number[] = []): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

export type Outcome = { header: string[]; rows: CsvRow[]; error: unknown };

/** Reads a file whole: the rows that came, and the error behind them if there was one. */
export const readAll = async (
  source: AsyncIterable<Uint8Array>,
  options: Partial<ReadCsvOptions> = {},
): Promise<Outcome> => {
  const opened = await readCsv({ gatherBytes: 1, ...options, source });
  if (opened.outcome === 'rejected') throw new Error(`rejected: ${opened.reasons.map(({ code }) => code).join()}`);
  const rows: CsvRow[] = [];
  let error: unknown;
  try {
    for await (const batch of opened.batches) rows.push(...batch);
  } catch (thrown) {
    error = thrown;
  }
  return { header: opened.header, rows, error };
};

/** `readAll` for a text, which must be readable to its end. */
export const readText = async (text: string, options: Partial<ReadCsvOptions> = {}): Promise<CsvRow[]> => {
  const { rows, error } = await readAll(chunksOf(bytesOf(text)), options);
  if (error !== undefined) throw error;
  return rows;
};

/** mulberry32: small, seeded, good enough to choose test cases. */
export const seededChance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
