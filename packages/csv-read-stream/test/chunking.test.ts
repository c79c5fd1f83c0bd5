import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CsvError, type CsvRow } from '../src/index.ts';
import { chunksOf, readAll, seededChance } from './help.ts';
import { type ReferenceRow, readPlainly } from './reference.ts';

const MAX_ROW_BYTES = 60;

type Chance = () => number;
const pick = <Item>(chance: Chance, items: readonly Item[]): Item => items[Math.floor(chance() * items.length)] as Item;

/** Pieces that are harmless alone and meet in every order: quotes, line ends, long characters, broken ones, long runs. */
const PIECES = [
  'a',
  'bc',
  ',',
  ',',
  ',',
  '"',
  '""',
  '","',
  '\n',
  '\r\n',
  '\r',
  ' ',
  'é',
  '漢',
  '🎟',
  '=1',
  'x'.repeat(25),
].map((text) => Buffer.from(text));
const BROKEN = [Buffer.from([0xff]), Buffer.from([0xc3]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xf0, 0x9f])];

const field = (chance: Chance): string => {
  const inside = Array.from({ length: Math.floor(chance() * 4) }, () => pick(chance, ['a', 'é', '🎟', ' ', '1']));
  if (chance() < 0.6) return inside.join('');
  return `"${[...inside, pick(chance, ['\n', '\r\n', ',', '""', '']), ...inside].join('')}"`;
};

/** Mostly well-formed rows with noise between them, so that both ways through the parser are taken many times. */
const randomFile = (chance: Chance): Buffer => {
  const rows: Buffer[] = [Buffer.from(pick(chance, ['a,b,c\n', '\ufeffa,b,c\r\n', '\n\r\n"a",b,"c"\n']))];
  const noisy = chance() < 0.5;
  for (let row = 0; row < 12; row++) {
    if (noisy && chance() < 0.3) {
      const noise = Array.from({ length: 8 }, () => (chance() < 0.1 ? pick(chance, BROKEN) : pick(chance, PIECES)));
      rows.push(Buffer.concat(noise));
    } else {
      rows.push(Buffer.from([field(chance), field(chance), field(chance)].join(',')));
    }
    rows.push(Buffer.from(pick(chance, ['\n', '\n', '\r\n', '\n\n'])));
  }
  if (chance() < 0.5) rows.pop();
  return Buffer.concat(rows);
};

const randomEnds = (chance: Chance, length: number): number[] => {
  const count = Math.floor(chance() * 12);
  return Array.from({ length: count }, () => Math.floor(chance() * (length + 1))).sort((left, right) => left - right);
};

/** The column of a row that is too long depends on where the limit cuts it, which the reference does not know. */
const comparable = (row: CsvRow): ReferenceRow => {
  if (row.fields) return { line: row.line, fields: row.fields };
  const { code, column } = row.fault;
  return { line: row.line, code, column: code === 'too_long' ? 0 : column };
};

const MAX = { maxRowBytes: MAX_ROW_BYTES, batchSize: 3 };

/** The same test for many files; a failure names its seed. */
const forSeeds = async (count: number, test: (chance: Chance) => Promise<void>): Promise<void> => {
  for (let seed = 1; seed <= count; seed++) {
    await test(seededChance(seed)).catch((cause: Error) => {
      throw new Error(`seed ${seed}: ${cause.message}`, { cause });
    });
  }
};

describe('any file, however its bytes are cut', () => {
  it('gives the rows, lines and faults that a plain reader finds', async () => {
    await forSeeds(400, async (chance) => {
      const file = randomFile(chance);
      const expected = readPlainly(file, MAX_ROW_BYTES);
      const raws = new Set<string>();
      const everyByte = Array.from({ length: file.length }, (_, index) => index);
      for (const ends of [[], everyByte, randomEnds(chance, file.length), randomEnds(chance, file.length)]) {
        const { header, rows, error } = await readAll(chunksOf(file, ends), MAX);
        assert.deepEqual(header, expected.header);
        assert.deepEqual(rows.map(comparable), expected.rows);
        assert.deepEqual(positionOf(error), expected.unclosed);
        raws.add(JSON.stringify(rows.map((row) => row.fault && [row.fault, row.raw])));
      }
      assert.equal(raws.size, 1, 'columns and raw starts do not depend on the cuts');
    });
  });

  it('gives, started behind a line, the rows behind that line', async () => {
    await forSeeds(400, async (chance) => {
      const file = randomFile(chance);
      const all = await readAll(chunksOf(file), MAX);
      const startAfterLine = Math.floor(chance() * 15);
      const rest = await readAll(chunksOf(file, randomEnds(chance, file.length)), { ...MAX, startAfterLine });
      const expected = all.rows.filter(({ line }) => line > startAfterLine);
      assert.deepEqual(rest.rows, expected);
      assert.deepEqual(positionOf(rest.error), positionOf(all.error));
    });
  });

  it('meets every kind of row in these files, so that the comparison means something', async () => {
    const kinds = new Map<string, number>();
    await forSeeds(400, async (chance) => {
      const { rows, error } = await readAll(chunksOf(randomFile(chance)), MAX);
      for (const row of rows) kinds.set(row.fault?.code ?? 'good', (kinds.get(row.fault?.code ?? 'good') ?? 0) + 1);
      if (error !== undefined) kinds.set('unclosed', (kinds.get('unclosed') ?? 0) + 1);
    });
    for (const kind of ['good', 'fields', 'quote', 'utf8', 'too_long', 'unclosed']) {
      assert.ok((kinds.get(kind) ?? 0) >= 20, `${kind}: ${kinds.get(kind)}`);
    }
  });
});

const positionOf = (error: unknown): { line: number; byteOffset: number } | undefined => {
  if (error === undefined) return undefined;
  assert.ok(error instanceof CsvError, String(error));
  assert.equal(error.code, 'unclosed_quote');
  return { line: error.line, byteOffset: error.byteOffset };
};
