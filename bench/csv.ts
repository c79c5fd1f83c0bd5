/**
 * Reads one generated score file with `@verifiedfan/csv-read-stream` and with `csv-parse`, both from disk and both into arrays of
 * strings. The order of the two swaps each round and the medians count; before that, the rows of both are compared one by one.
 */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCsvBatches } from '@verifiedfan/csv-read-stream';
import type { BenchResult } from './result.ts';

const ROWS = 200_000;
const ROUNDS = 5;

const HEADER =
  'campaignId,memberId,globalUserId,sid,email,phone,score,isVerified,verdict,preferences,scoredAt,modelVersion';

/** mulberry32: the same file in every run. */
const seededChance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const scoreRow = (chance: () => number, index: number): string[] => {
  const id = Math.floor(chance() * 2 ** 48).toString(36);
  const events = ['evt-lisbon', 'evt-porto', 'evt-faro'].slice(0, 1 + Math.floor(chance() * 3)).join('|');
  const verified = chance() < 0.7 ? 'true' : 'false';
  const verdict = chance() < 0.5 ? 'selected' : 'waitlisted';
  const scoredAt = new Date(1_800_000_000_000 + index * 10).toISOString();
  const phone = `+1555${1_000_000 + index}`;
  const contact = [`${id}@example.com`, phone, chance().toFixed(6)];
  return ['tour-2027', `m-${id}`, `g-${id}`, `s-${id}`, ...contact, verified, verdict, events, scoredAt, 'model-7'];
};

const writeScoreFile = async (file: string, quoted: boolean): Promise<void> => {
  const chance = seededChance(7);
  const out = createWriteStream(file);
  out.write(`${HEADER}\n`);
  for (let index = 0; index < ROWS; index++) {
    const fields = scoreRow(chance, index);
    const row = quoted ? fields.map((field) => `"${field}"`) : fields;
    if (!out.write(`${row.join(',')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
};

type Reader = (file: string, take: (fields: string[]) => void) => Promise<void>;

const readOurs: Reader = async (file, take) => {
  for await (const batch of readCsvBatches(createReadStream(file))) {
    for (const row of batch) {
      if (row.fault) throw new Error(`Line ${row.line}: ${row.fault.code}`);
      take(row.fields);
    }
  }
};

// Not loaded with the file: whoever lists the benchmarks needs no peer.
const loadTheirs = async (): Promise<Reader> => {
  const { parse } = await import('csv-parse');
  return async (file, take) => {
    const source = createReadStream(file);
    for await (const fields of source.pipe(parse({ bom: true, from_line: 2 }))) take(fields as string[]);
  };
};

/** Throws unless both give the same fields in the same order. */
const compare = async (file: string, theirs: Reader): Promise<void> => {
  const rows: string[] = [];
  await readOurs(file, (fields) => rows.push(JSON.stringify(fields)));
  let index = 0;
  await theirs(file, (fields) => {
    if (rows[index++] !== JSON.stringify(fields)) throw new Error(`Row ${index} differs`);
  });
  if (index !== ROWS || rows.length !== ROWS) throw new Error(`${rows.length} and ${index} rows instead of ${ROWS}`);
};

/** Rows per second; a reader that lost a field would be found out here too. */
const measure = async (file: string, read: Reader): Promise<number> => {
  let fields = 0;
  const start = performance.now();
  await read(file, (row) => {
    fields += row.length;
  });
  const seconds = (performance.now() - start) / 1_000;
  if (fields !== ROWS * HEADER.split(',').length) throw new Error(`${fields} fields`);
  return ROWS / seconds;
};

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const runCase = async (name: string, file: string, quoted: boolean): Promise<BenchResult> => {
  await writeScoreFile(file, quoted);
  const theirReader = await loadTheirs();
  await compare(file, theirReader); // warms both up, too
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const measureOurs = async () => ours.push(await measure(file, readOurs));
    const measureTheirs = async () => theirs.push(await measure(file, theirReader));
    for (const run of round % 2 === 0 ? [measureOurs, measureTheirs] : [measureTheirs, measureOurs]) await run();
  }
  const { size } = await stat(file);
  const list = (values: number[]): string => values.map((value) => Math.round(value)).join(' ');
  return {
    name,
    ratio: median(ours) / median(theirs),
    bar: 3,
    unit: 'rows/s',
    ours: median(ours),
    theirs: median(theirs),
    detail: { peer: 'csv-parse', rows: ROWS, bytes: size, oursRounds: list(ours), theirsRounds: list(theirs) },
  };
};

/** A file as it usually comes, without quotes, and one of which every field is quoted: the slowest case. */
export const run = async (): Promise<BenchResult[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-csv-'));
  try {
    return [
      await runCase('read a score file', join(folder, 'plain.csv'), false),
      await runCase('read a score file, every field quoted', join(folder, 'quoted.csv'), true),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
};
