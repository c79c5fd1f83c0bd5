import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { LineError, type LineOptions, linesFromStream, reduceLinesFromStream } from '../src/index.ts';

const bytewise = (text: string | Uint8Array): Readable =>
  Readable.from(Array.from(Buffer.from(text), (byte) => Buffer.of(byte)));
const whole = (text: string | Uint8Array): Readable => Readable.from([Buffer.from(text)]);

/** The lines that came, and the error behind them if there was one. */
const read = async (stream: AsyncIterable<Uint8Array | string>, options?: LineOptions) => {
  const lines: string[] = [];
  try {
    for await (const line of linesFromStream(stream, options)) lines.push(line);
  } catch (error) {
    assert.ok(error instanceof LineError, String(error));
    return { lines, code: error.code, line: error.line };
  }
  return { lines };
};

for (const [how, open] of [
  ['in one chunk', whole],
  ['byte by byte', bytewise],
] as const) {
  describe(`lines of a stream that comes ${how}`, () => {
    it('end with LF or CRLF, and the last one may lack its end', async () => {
      assert.deepEqual(await read(open('a\r\nb\n\nlast')), { lines: ['a', 'b', '', 'last'] });
    });

    it('do not gain an empty one behind the last line end', async () => {
      assert.deepEqual(await read(open('a\n')), { lines: ['a'] });
      assert.deepEqual(await read(open('')), { lines: [] });
    });

    it('keep long characters whole and lose a byte order mark', async () => {
      assert.deepEqual(await read(open('\ufeffé漢🎟\n🎟')), { lines: ['é漢🎟', '🎟'] });
    });

    it('may have maxLineBytes bytes and no more, whatever their end', async () => {
      const limit = { maxLineBytes: 4 };
      assert.deepEqual(await read(open('éé\r\nabcd\nabcd'), limit), { lines: ['éé', 'abcd', 'abcd'] });
      assert.deepEqual(await read(open('ok\nabcde\n'), limit), { lines: ['ok'], code: 'too_long', line: 2 });
      assert.deepEqual(await read(open('ok\nabcde'), limit), { lines: ['ok'], code: 'too_long', line: 2 });
      assert.deepEqual(await read(open('abcde\r\n'), limit), { lines: [], code: 'too_long', line: 1 });
    });

    it('that are not UTF-8 are an error and not replaced, unless they are read as latin1', async () => {
      const bytes = Buffer.from('a\n\xe9\n', 'latin1');
      assert.deepEqual(await read(open(bytes)), { lines: ['a'], code: 'encoding', line: 2 });
      assert.deepEqual(await read(open(bytes), { encoding: 'latin1' }), { lines: ['a', 'é'] });
    });
  });
}

describe('a stream of text', () => {
  it('may cut a surrogate pair', async () => {
    const [high = '', low = ''] = '🎟'.split('');
    assert.deepEqual(await read(Readable.from([`a${high}`, `${low}b\n`])), { lines: ['a🎟b'] });
    assert.deepEqual(await read(Readable.from(['a', high])), { lines: ['a\ufffd'] });
  });

  it('is taken as it is, whatever the encoding of bytes', async () => {
    assert.deepEqual(await read(Readable.from(['漢\n', 'b']), { encoding: 'latin1' }), { lines: ['漢', 'b'] });
  });
});

describe('a line without end', () => {
  it('is given up at the limit instead of being gathered', async () => {
    let made = 0;
    const endless = Readable.from(
      (function* () {
        for (; ; made++) yield Buffer.alloc(1_000, 'x');
      })(),
    );
    assert.deepEqual(await read(endless, { maxLineBytes: 10_000 }), { lines: [], code: 'too_long', line: 1 });
    assert.ok(made < 100, `${made} chunks`);
    assert.ok(endless.destroyed);
  });
});

describe('reduceLinesFromStream', () => {
  it('folds the lines with their numbers', async () => {
    const reducer = (total: string, line: string, number: number): string => `${total}${number}:${line};`;
    assert.equal(await reduceLinesFromStream(bytewise('a\nb'), reducer, '='), '=1:a;2:b;');
  });

  it('gives the initial value for a stream without lines', async () => {
    assert.equal(await reduceLinesFromStream(whole(''), () => 1, 0), 0);
  });

  it('awaits a reducer that takes its time before it goes on', async () => {
    let underWay = 0;
    const reducer = async (total: number, line: string): Promise<number> => {
      assert.equal(++underWay, 1);
      await new Promise(setImmediate);
      underWay--;
      return total + Number(line);
    };
    assert.equal(await reduceLinesFromStream(whole('1\n2\n3\n'), reducer, 0), 6);
  });

  it('throws what the reducer throws and closes the stream', async () => {
    const stream = bytewise('a\nb\nc\n');
    const fail = (): never => {
      throw new Error('reducer');
    };
    await assert.rejects(reduceLinesFromStream(stream, fail, 0), { message: 'reducer' });
    assert.ok(stream.destroyed);
  });

  it('throws what the stream throws', async () => {
    const failing = Readable.from(
      (function* () {
        yield Buffer.from('a\n');
        throw new Error('source');
      })(),
    );
    await assert.rejects(
      reduceLinesFromStream(failing, () => 1, 0),
      { message: 'source' },
    );
  });

  it('refuses an option that it does not have', async () => {
    const misspelt = { maxLineBytes: 1, maxBytes: 1 };
    await assert.rejects(
      reduceLinesFromStream(whole(''), () => 1, 0, misspelt),
      { code: 'invalid_options' },
    );
  });
});
