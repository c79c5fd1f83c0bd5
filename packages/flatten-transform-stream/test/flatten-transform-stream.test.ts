import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import DefaultExport, { FlattenTransformStream, flattenTransformStream } from '../src/index.ts';

const flatten = (chunks: unknown[], depth?: number): Promise<unknown[]> =>
  Readable.from(chunks).compose(flattenTransformStream({ depth })).toArray();

describe('FlattenTransformStream', () => {
  it('opens one level and leaves deeper arrays', async () => {
    assert.deepEqual(await flatten([[1, [2]], 3, [[[4]]]]), [1, [2], 3, [[4]]]);
  });

  it('opens as many levels as asked', async () => {
    assert.deepEqual(await flatten([[1, [2, [3, [4]]]]], 2), [1, 2, [3, [4]]]);
    assert.deepEqual(await flatten([[1, [2, [3, [4]]]]], Number.POSITIVE_INFINITY), [1, 2, 3, 4]);
    assert.deepEqual(await flatten([[1]], 0), [[1]]);
  });

  it('emits nothing for empty arrays and goes on', async () => {
    assert.deepEqual(await flatten([[], [1], [], [2]]), [1, 2]);
  });

  it('passes on what is false but not null', async () => {
    assert.deepEqual(await flatten([[0, '', false]]), [0, '', false]);
  });

  it('can be built with new, as default and as named export', async () => {
    assert.equal(DefaultExport, FlattenTransformStream);
    const source = Readable.from([[1, 2]]);
    assert.deepEqual(await source.pipe(new FlattenTransformStream()).toArray(), [1, 2]);
  });

  it('opens a long array only as fast as it is read', async () => {
    let opened = 0;
    const long = Array.from({ length: 10_000 });
    const watched = new Proxy(long, {
      get: (target, name) => (Number(name) >= 0 ? ++opened : Reflect.get(target, name)),
    });
    const stream = flattenTransformStream();
    stream.write(watched);
    await nextTurn();
    assert.ok(opened < 100, `${opened} elements opened before anything was read`);
    let read = 0;
    const slowSink = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write: (_element, _encoding, done) => {
        read++;
        assert.ok(opened - read < 100);
        if (read % 100 === 0) setImmediate(done);
        else done();
      },
    });
    stream.end([-1]);
    await pipeline(stream, slowSink);
    assert.equal(read, 10_001);
  });

  it('goes deeper than the call stack would', async () => {
    let nested: unknown = 'core';
    for (let level = 0; level < 50_000; level++) nested = [nested];
    assert.deepEqual(await flatten([nested], Number.POSITIVE_INFINITY), ['core']);
  });

  it('fails on a null element instead of ending early', async () => {
    await assert.rejects(flatten([[1, null, 2]]), { code: 'null_element' });
  });

  it('refuses an option that it does not have and a depth that is none', () => {
    const misspelt = { depth: 1, dept: 2 };
    assert.throws(() => flattenTransformStream(misspelt), { code: 'invalid_options' });
    assert.throws(() => flattenTransformStream({ depth: -1 }), { code: 'invalid_options' });
  });
});
