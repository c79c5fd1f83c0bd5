import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CsvValue, type CsvWriteError, type CsvWriteOptions, csvWriteStream, formatCsvRow } from '../src/index.ts';

const write = async (rows: unknown[], options: CsvWriteOptions): Promise<string> =>
  Buffer.concat(await Readable.from(rows).compose(csvWriteStream(options)).toArray()).toString();

describe('formatCsvRow', () => {
  const cells: [what: string, value: CsvValue, cell: string][] = [
    ['plain text', 'Ann', 'Ann'],
    ['a comma', 'a,b', '"a,b"'],
    ['quotes', 'say "hi"', '"say ""hi"""'],
    ['a line feed', 'a\nb', '"a\nb"'],
    ['a carriage return', 'a\rb', '"a\rb"'],
    ['blanks', ' a ', ' a '],
    ['nothing', null, ''],
    ['undefined', undefined, ''],
    ['a negative number', -1.5, '-1.5'],
    ['a large integer', 12_345_678_901_234_567_890n, '12345678901234567890'],
    ['a truth', true, 'true'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a formula', '=1+1', "'=1+1"],
    ['a plus sign', '+1555', "'+1555"],
    ['a minus sign', '-2', "'-2"],
    ['an at sign', '@SUM(A1)', "'@SUM(A1)"],
    ['a tab in front', '\t=1', "'\t=1"],
    ['a carriage return in front', '\r=1', '"\'\r=1"'],
    ['a formula with quotes and commas', '=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['an equals sign later on', 'a=1', 'a=1'],
  ];
  for (const [what, value, cell] of cells) {
    it(`writes ${what}`, () => assert.equal(formatCsvRow([value, 'end']), `${cell},end`));
  }

  it('leaves formulas alone when told so', () => {
    assert.equal(formatCsvRow(['=1', '+1'], { guardFormulas: false }), '=1,+1');
  });

  it('writes a single empty cell so that it is not an empty line', () => {
    assert.equal(formatCsvRow(['']), '""');
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, new Date(Number.NaN), {}, []]) {
    it(`refuses ${Array.isArray(value) ? 'an array' : String(value)}`, () => {
      assert.throws(() => formatCsvRow(['a', value as CsvValue]), { code: 'value_type', column: 2 });
    });
  }
});

describe('CsvWriteStream', () => {
  it('writes a header and the columns of each row, with CRLF', async () => {
    const columns = ['id', { key: 'score', header: 'Score' }];
    const rows = [{ id: 'a', score: 0.5, other: 'x' }, { id: 'b' }, ['c', 1]];
    assert.equal(await write(rows, { columns }), 'id,Score\r\na,0.5\r\nb,\r\nc,1\r\n');
  });

  it('can end lines with LF, leave the header out and begin with a byte order mark', async () => {
    const options = { columns: ['id'], header: false, lineEnd: 'lf', byteOrderMark: true } as const;
    assert.equal(await write([{ id: 'é' }], options), '\ufeffé\n');
  });

  it('writes the header of a file without rows, once', async () => {
    assert.equal(await write([], { columns: ['id'] }), 'id\r\n');
    assert.equal(await write([], { columns: ['id'], header: false }), '');
  });

  it('guards the header too', async () => {
    assert.equal(await write([], { columns: ['=1'] }), "'=1\r\n");
  });

  it('does not take an inherited property for a value', async () => {
    assert.equal(await write([{}], { columns: ['constructor', 'a'], header: false }), ',\r\n');
  });

  it('names row and column of a value that it cannot write, without showing it', async () => {
    const rows = [{ id: 'a' }, { id: { email: 'ann@example.com' } }];
    await assert.rejects(write(rows, { columns: ['id'] }), (error: CsvWriteError) => {
      assert.deepEqual([error.code, error.row, error.column], ['value_type', 2, 1]);
      return !error.message.includes('ann');
    });
  });

  it('refuses arrays of another length and rows that are none', async () => {
    await assert.rejects(write([['a', 'b']], { columns: ['id'] }), { code: 'row_length', row: 1 });
    await assert.rejects(write(['a'], { columns: ['id'] }), { code: 'row_type', row: 1 });
  });

  it('makes the writer wait while nothing is read', async () => {
    let made = 0;
    const source = Readable.from(
      (function* () {
        while (made < 100_000) yield [`row-${made++}`];
      })(),
    );
    const stream = source.pipe(csvWriteStream({ columns: ['id'] }));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    assert.ok(made < 20_000, `${made} rows made before anything was read`);
    source.destroy();
    stream.destroy();
  });

  it('refuses options that it does not have, no columns and a column twice', () => {
    const misspelt = { columns: ['id'], lineend: 'lf' };
    assert.throws(() => csvWriteStream(misspelt), { code: 'invalid_options' });
    for (const columns of [[], ['id', { key: 'id' }]]) {
      assert.throws(() => csvWriteStream({ columns }), { code: 'invalid_options' });
    }
  });
});
