import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CsvError, type CsvErrorCode, readCsv } from '../src/index.ts';
import { bytesOf, chunksOf, type Outcome, readAll } from './help.ts';

const assertFault = (error: unknown, code: CsvErrorCode): CsvError => {
  assert.ok(error instanceof CsvError, String(error));
  assert.equal(error.code, code);
  return error;
};
const assertWhole = ({ rows }: Outcome, count: number): void => {
  assert.deepEqual(
    rows.map((row) => row.fields?.[0]),
    Array.from({ length: count }, (_, index) => `row-${index}`),
  );
};
const textOf = (count: number): string =>
  `id,filler\n${Array.from({ length: count }, (_, index) => `row-${index},${Math.sin(index)}\n`).join('')}`;

describe('a file that cannot be read to its end', () => {
  it('with an unclosed quote names the quote behind all rows in front of it', async () => {
    const text = '\ufeffid,b\nrow-0,x\nrow-1,y\nz,"open\nand on\n';
    const outcome = await readAll(chunksOf(bytesOf(text)));
    assertWhole(outcome, 2);
    const { line, byteOffset, retryable } = assertFault(outcome.error, 'unclosed_quote');
    assert.deepEqual(
      { line, byteOffset, retryable },
      { line: 4, byteOffset: bytesOf(text).indexOf('"'), retryable: false },
    );
  });

  it('because its source fails gives the complete rows, not the cut one, and may be tried again', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytesOf('id,b\nrow-0,x\nrow-1,y\ncut,o');
      throw new Error('connection reset');
    }
    const outcome = await readAll(failing(), { gatherBytes: 65_536 });
    assertWhole(outcome, 2);
    const error = assertFault(outcome.error, 'source_failed');
    assert.deepEqual([error.line, error.byteOffset, error.retryable], [4, 26, true]);
    assert.equal((error.cause as Error).message, 'connection reset');
  });

  it('as truncated gzip gives every row that can be decompressed', async () => {
    const text = textOf(20_000);
    const gzip = gzipSync(text);
    const outcome = await readAll(chunksOf(gzip.subarray(0, gzip.length - 9)), { gzip: true });
    assertWhole(outcome, 20_000);
    const error = assertFault(outcome.error, 'truncated_gzip');
    assert.deepEqual([error.line, error.byteOffset], [20_002, text.length]);
  });

  it('as gzip cut in the middle gives the rows in front of the cut', async () => {
    const gzip = gzipSync(textOf(20_000));
    const outcome = await readAll(chunksOf(gzip.subarray(0, gzip.length / 2), [1_000, 70_000]), { gzip: 'detect' });
    assert.ok(outcome.rows.length > 5_000, String(outcome.rows.length));
    assertWhole(outcome, outcome.rows.length);
    const error = assertFault(outcome.error, 'truncated_gzip');
    assert.equal(error.line, outcome.rows.length + 2);
  });

  it('as damaged gzip says so', async () => {
    const gzip = gzipSync(textOf(20_000));
    gzip.fill(0xff, gzip.length - 8, gzip.length - 4); // the checksum
    assertFault((await readAll(chunksOf(gzip), { gzip: true })).error, 'corrupt_gzip');
  });

  it('in its header rejects the opening call', async () => {
    await assert.rejects(readCsv({ source: chunksOf(bytesOf('a,"b\n')) }), {
      code: 'unclosed_quote',
      line: 1,
      byteOffset: 2,
    });
    await assert.rejects(readCsv({ source: chunksOf(gzipSync(textOf(1)).subarray(0, 12)), gzip: true }), {
      code: 'truncated_gzip',
    });
    await assert.rejects(readCsv({ source: chunksOf(bytesOf('')), gzip: true }), { code: 'truncated_gzip' });
    await assert.rejects(readCsv({ source: chunksOf(bytesOf('a,b\n')), gzip: true }), { code: 'corrupt_gzip' });
  });
});

describe('gzip', () => {
  it('is detected by its first bytes, in chunks of any size', async () => {
    const gzip = gzipSync(textOf(3));
    const bytewise = Array.from({ length: gzip.length }, (_, index) => index);
    assertWhole(await readAll(chunksOf(gzip, bytewise), { gzip: 'detect' }), 3);
    assertWhole(await readAll(chunksOf(bytesOf(textOf(3)), [0, 1, 2]), { gzip: 'detect' }), 3);
  });

  it('of several members is one file, and bytes behind the last are ignored', async () => {
    const [start, rest] = [textOf(2).slice(0, 15), textOf(2).slice(15)];
    const file = Buffer.concat([gzipSync(start), gzipSync(rest), Buffer.alloc(100)]);
    const outcome = await readAll(chunksOf(file, [60]), { gzip: true });
    assertWhole(outcome, 2);
    assert.equal(outcome.error, undefined);
  });

  it('that is empty when detected is an empty file', async () => {
    assert.deepEqual(await readCsv({ source: chunksOf(bytesOf('')), gzip: 'detect' }), {
      outcome: 'rejected',
      reasons: [{ code: 'empty_file' }],
    });
  });
});

describe('the source', () => {
  /** Counts what was asked of it and sees its end. */
  const watch = (chunk: Uint8Array, count: number) => {
    const seen = { chunks: 0, closed: false };
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (; seen.chunks < count; seen.chunks++) yield chunk;
      } finally {
        seen.closed = true;
      }
    }
    return { source: source(), seen };
  };

  it('is read no faster than the batches are taken', async () => {
    const { source, seen } = watch(bytesOf('a\n'.repeat(10)), 1_000);
    const opened = await readCsv({ source, batchSize: 10, gatherBytes: 1 });
    assert.equal(opened.outcome, 'opened');
    for await (const batch of opened.batches) {
      assert.equal(batch.length, 10);
      break;
    }
    assert.ok(seen.chunks <= 3, String(seen.chunks));
  });

  for (const gzip of [false, 'detect'] as const) {
    it(`is closed when the loop ends early, when the file is given up and when it is rejected (gzip ${gzip})`, async () => {
      const early = watch(bytesOf('a\n'), 1_000);
      const first = await readCsv({ source: early.source, gzip, gatherBytes: 1 });
      assert.ok(first.outcome === 'opened' && !early.seen.closed);
      for await (const _ of first.batches) break;
      assert.ok(early.seen.closed);

      const given = watch(bytesOf('a\n'), 1_000);
      const second = await readCsv({ source: given.source, gzip, gatherBytes: 1 });
      assert.ok(second.outcome === 'opened' && !given.seen.closed);
      await second.close();
      assert.ok(given.seen.closed);

      const refused = watch(bytesOf('a"\n'), 1_000);
      assert.equal((await readCsv({ source: refused.source, gzip, gatherBytes: 1 })).outcome, 'rejected');
      assert.ok(refused.seen.closed);
    });
  }

  it('may be a file stream, and a file stream is closed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'csv-'));
    try {
      await writeFile(join(folder, 'scores.csv.gz'), gzipSync(textOf(30_000)));
      const source = createReadStream(join(folder, 'scores.csv.gz'));
      assertWhole(await readAll(source, { gzip: 'detect' }), 30_000);
      assert.ok(source.destroyed);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
