import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCsv, readCsvBatches } from '../src/index.ts';
import { bytesOf, chunksOf, readAll, readText } from './help.ts';

describe('rows', () => {
  it('are numbered by the physical line on which they start', async () => {
    const rows = await readText('a,b\n1,2\n\n"3\n3",4\r\n5,6');
    assert.deepEqual(rows, [
      { line: 2, fields: ['1', '2'] },
      { line: 4, fields: ['3\n3', '4'] },
      { line: 6, fields: ['5', '6'] },
    ]);
  });

  it('come in batches of the asked size, the last one shorter', async () => {
    const sizes: number[] = [];
    const text = `a\n${'1\n'.repeat(7)}`;
    for await (const batch of readCsvBatches(chunksOf(bytesOf(text)), { batchSize: 3 })) sizes.push(batch.length);
    assert.deepEqual(sizes, [3, 3, 1]);
  });

  it('may have mixed line ends, doubled quotes and empty fields', async () => {
    const rows = await readText('a,b\r\n"say ""hi""",\n,""\r\n');
    assert.deepEqual(
      rows.map((row) => row.fields),
      [
        ['say "hi"', ''],
        ['', ''],
      ],
    );
  });

  it('keep a carriage return that is no line end', async () => {
    assert.deepEqual(await readText('a\n1\r2\n'), [{ line: 2, fields: ['1\r2'] }]);
  });

  it('of blanks are rows, and only lines without anything are skipped', async () => {
    assert.deepEqual(await readText('a\n \n\r\n\n'), [{ line: 2, fields: [' '] }]);
  });

  it('of one column do not need a comma', async () => {
    assert.equal((await readText(`a\n${'x\n'.repeat(5_000)}`)).length, 5_000);
  });
});

describe('faults', () => {
  it('are reported for their row, with the column, and reading goes on', async () => {
    const rows = await readText('a,b\n1\n1,2,3\n1,x"y\n"x"y,2\nok,ok\n');
    assert.deepEqual(rows, [
      { line: 2, fault: { code: 'fields', column: 2 }, raw: '1' },
      { line: 3, fault: { code: 'fields', column: 3 }, raw: '1,2,3' },
      { line: 4, fault: { code: 'quote', column: 2 }, raw: '1,x"y' },
      { line: 5, fault: { code: 'quote', column: 1 }, raw: '"x"y,2' },
      { line: 6, fields: ['ok', 'ok'] },
    ]);
  });

  it('of encoding spoil no neighbour', async () => {
    const file = Buffer.concat([bytesOf('a,b\né,1\n2,'), Buffer.from([0xff]), bytesOf('\nü,3\n')]);
    const { rows } = await readAll(chunksOf(file), { gatherBytes: 65_536 });
    assert.deepEqual(rows, [
      { line: 2, fields: ['é', '1'] },
      { line: 3, fault: { code: 'utf8', column: 2 }, raw: '2,\ufffd' },
      { line: 4, fields: ['ü', '3'] },
    ]);
  });

  it('are found in surrogates and overlong forms, which some decoders let through', async () => {
    for (const bytes of [
      [0xed, 0xa0, 0x80],
      [0xc0, 0xaf],
    ]) {
      const { rows } = await readAll(chunksOf(Buffer.concat([bytesOf('a\n'), Buffer.from(bytes)])));
      assert.equal(rows[0]?.fault?.code, 'utf8');
    }
  });

  it('keep at most maxRawLength characters and cut none in half', async () => {
    const [row] = await readText('a\n🎟🎟🎟,\n', { maxRawLength: 3 });
    assert.equal(row?.fault && row.raw, '🎟');
  });
});

describe('a row at the limit', () => {
  for (const lineEnd of ['\n', '\r\n', '']) {
    it(`is good with maxRowBytes bytes and too long with one more (line end ${JSON.stringify(lineEnd)})`, async () => {
      const codes = async (row: string) =>
        (await readText(`a\n${row}${lineEnd}`, { maxRowBytes: 10 })).map(({ fault }) => fault?.code);
      assert.deepEqual(await codes('ééééé'), [undefined]);
      assert.deepEqual(await codes('éééééx'), ['too_long']);
      assert.deepEqual(await codes(`"${'x'.repeat(8)}"`), [undefined]);
      assert.deepEqual(await codes(`"${'x'.repeat(9)}"`), ['too_long']);
    });
  }

  it('is found among short rows of plain ASCII', async () => {
    const rows = await readText(`a,b\n1,2\n3,${'x'.repeat(9)}\n4,5\n`, { maxRowBytes: 10 });
    assert.deepEqual(
      rows.map((row) => row.fields ?? [row.line, row.fault]),
      [
        ['1', '2'],
        [3, { code: 'too_long', column: 2 }],
        ['4', '5'],
      ],
    );
  });

  it('is reported with the field in which the limit lies', async () => {
    const [row] = await readText('a,b,c\n1,"2,2,2,2,2,2,2",3\n', { maxRowBytes: 10 });
    assert.deepEqual(row?.fault, { code: 'too_long', column: 2 });
  });
});

describe('a header', () => {
  it('is the first line that is not empty, without a byte order mark', async () => {
    const { header, rows } = await readAll(chunksOf(bytesOf('\ufeff\n\nx,"y\nz"\n1,2\n')));
    assert.deepEqual(header, ['x', 'y\nz']);
    assert.deepEqual(rows, [{ line: 5, fields: ['1', '2'] }]);
  });

  const rejected: [string, Buffer, string][] = [
    ['an empty file', bytesOf(''), 'empty_file'],
    ['only empty lines', bytesOf('\ufeff\n\r\n'), 'empty_file'],
    ['a stray quote', bytesOf('a,b"c\n1,2\n'), 'header_quote'],
    ['broken UTF-8', Buffer.from([0x61, 0xff, 0x0a, 0x31, 0x0a]), 'header_utf8'],
    ['too many bytes', bytesOf(`${'a'.repeat(30)}\nb\n`), 'header_too_long'],
  ];
  for (const [what, file, code] of rejected) {
    it(`of ${what} rejects the file with ${code}`, async () => {
      const opened = await readCsv({ source: chunksOf(file), maxRowBytes: 20 });
      assert.deepEqual(opened, { outcome: 'rejected', reasons: [{ code }] });
      await assert.rejects(readCsvBatches(chunksOf(file), { maxRowBytes: 20 }).next(), { code: 'rejected' });
    });
  }
});

describe('options', () => {
  it('are refused when unknown or out of range', async () => {
    const source = chunksOf(bytesOf('a\n'));
    const misspelt = { source, batchsize: 3 };
    await assert.rejects(readCsv(misspelt), { code: 'invalid_options' });
    await assert.rejects(readCsv({ source, batchSize: 0 }), { code: 'invalid_options' });
  });
});
