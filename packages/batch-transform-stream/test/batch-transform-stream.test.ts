import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import DefaultExport, { BatchTransformStream, batchTransformStream } from '../src/index.ts';
import { steppedClock } from './help.ts';

const batch = (items: unknown[], stream: BatchTransformStream): Promise<unknown[]> =>
  Readable.from(items).compose(stream).toArray();

describe('BatchTransformStream', () => {
  it('emits full batches in order and the rest at the end', async () => {
    const batches = await batch([1, 2, 3, 4, 5], new BatchTransformStream({ batchSize: 2 }));
    assert.deepEqual(batches, [[1, 2], [3, 4], [5]]);
  });

  it('emits nothing for an empty source and no empty batch when the items fit exactly', async () => {
    assert.deepEqual(await batch([], batchTransformStream({ batchSize: 2 })), []);
    assert.deepEqual(await batch([1, 2], batchTransformStream({ batchSize: 2 })), [[1, 2]]);
  });

  it('closes a batch before the item that would break maxBytes, and lets a larger item stand alone', async () => {
    const batches = await batch(['aa', 'é', 'b', 'cccccc', 'd'], batchTransformStream({ batchSize: 10, maxBytes: 4 }));
    assert.deepEqual(batches, [['aa', 'é'], ['b'], ['cccccc'], ['d']]);
  });

  it('measures other items with sizeOf, and fails when it cannot measure', async () => {
    const sized = batchTransformStream<unknown>({ batchSize: 10, maxBytes: 4, sizeOf: (item) => Number(item) });
    assert.deepEqual(await batch([2, 2, 1], sized), [[2, 2], [1]]);
    await assert.rejects(batch([1], batchTransformStream({ batchSize: 10, maxBytes: 4 })), { code: 'unknown_size' });
  });

  it('emits a short batch when its first item has waited long enough', async () => {
    const clock = steppedClock();
    const stream = batchTransformStream({ batchSize: 10, maxWaitMs: 100, clock });
    const batches: unknown[] = [];
    stream.on('data', (items) => batches.push(items));
    stream.write('first');
    await clock.step(60);
    stream.write('second');
    await clock.step(39);
    assert.deepEqual(batches, []);
    await clock.step(1);
    assert.deepEqual(batches, [['first', 'second']]);
    stream.write('third');
    await clock.step(99);
    assert.equal(batches.length, 1, 'the wait begins anew with the next first item');
    await clock.step(1);
    assert.deepEqual(batches[1], ['third']);
    stream.destroy();
  });

  it('leaves no wait behind when it ends or is destroyed', async () => {
    const clock = steppedClock();
    for (const finish of [
      (stream: BatchTransformStream) => stream.end(),
      (stream: BatchTransformStream) => stream.destroy(),
    ]) {
      const stream = batchTransformStream({ batchSize: 10, maxWaitMs: 100, clock });
      stream.resume().write('item');
      await nextTurn();
      assert.equal(clock.waiting(), 1);
      finish(stream);
      await nextTurn();
      assert.equal(clock.waiting(), 0);
    }
  });

  it('makes the writer wait while a batch waits for its reader', async () => {
    let made = 0;
    const source = Readable.from(
      (function* () {
        while (made < 10_000) yield made++;
      })(),
    );
    const stream = source.pipe(batchTransformStream({ batchSize: 5 }));
    await nextTurn();
    await nextTurn();
    assert.ok(made < 100, `${made} items made before anything was read`);
    stream.destroy();
    source.destroy();
  });

  for (const batchSize of [0, -1, 1.5, Number.NaN, undefined]) {
    it(`refuses the batchSize ${batchSize} when it is built`, () => {
      assert.throws(() => new BatchTransformStream({ batchSize } as { batchSize: number }), {
        code: 'invalid_options',
      });
    });
  }

  it('refuses an option that it does not have, and maxWaitMs without a clock', () => {
    const misspelt = { batchSize: 1, maxWait: 5 };
    assert.throws(() => new BatchTransformStream(misspelt), { code: 'invalid_options', message: /maxWait/ });
    assert.throws(() => new BatchTransformStream({ batchSize: 1, maxWaitMs: 5 }), { message: /clock/ });
  });

  it('is the default export too', () => {
    assert.equal(DefaultExport, BatchTransformStream);
  });
});
