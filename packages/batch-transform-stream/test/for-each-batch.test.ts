import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { batchTransformStream, forEachBatch } from '../src/index.ts';

const numbers = (count: number) => {
  const seen = { made: 0 };
  const source = Readable.from(
    (function* () {
      while (seen.made < count) yield seen.made++;
    })(),
  );
  return { seen, source };
};

describe('forEachBatch', () => {
  it('hands over every batch, one after the other', async () => {
    const { source } = numbers(7);
    const batches: unknown[] = [];
    let underWay = 0;
    await forEachBatch(source.compose(batchTransformStream({ batchSize: 3 })), async (batch) => {
      assert.equal(++underWay, 1);
      await nextTurn();
      batches.push(batch);
      underWay--;
    });
    assert.deepEqual(batches, [[0, 1, 2], [3, 4, 5], [6]]);
  });

  it('slows the source down to the speed of a slow sink', async () => {
    const { source, seen } = numbers(2_000);
    let done = 0;
    await forEachBatch(source.compose(batchTransformStream<number>({ batchSize: 5 })), async (batch) => {
      await nextTurn();
      await nextTurn();
      done += (batch as number[]).length;
      assert.ok(seen.made - done < 150, `${seen.made} made, ${done} done`);
    });
    assert.equal(done, 2_000);
  });

  it('has no more calls under way than its bound, and uses the bound', async () => {
    const { source } = numbers(20);
    let underWay = 0;
    let most = 0;
    const fn = async (): Promise<void> => {
      most = Math.max(most, ++underWay);
      await nextTurn();
      underWay--;
    };
    await forEachBatch(source.compose(batchTransformStream({ batchSize: 1 })), fn, { concurrency: 3 });
    assert.equal(most, 3);
  });

  it('rejects with the first error, reads no further, closes the source and leaves no rejection unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { source, seen } = numbers(1_000);
    let calls = 0;
    const fn = async (): Promise<void> => {
      await nextTurn();
      if (++calls >= 2) throw new Error(`call ${calls}`);
    };
    await assert.rejects(forEachBatch(source, fn, { concurrency: 2 }), { message: 'call 2' });
    await nextTurn();
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
    assert.ok(source.destroyed && seen.made < 100 && calls <= 4, `${seen.made} made, ${calls} calls`);
  });

  it('awaits the calls under way before it rejects', async () => {
    const gate = Promise.withResolvers<void>();
    let ended = false;
    const fn = async (item: number): Promise<void> => {
      if (item === 1) throw new Error('broken');
      await gate.promise;
      ended = true;
    };
    const answer = forEachBatch(numbers(10).source, fn, { concurrency: 3 });
    const rejected = assert.rejects(answer, { message: 'broken' }).then(() => assert.equal(ended, true));
    await nextTurn();
    gate.resolve();
    await rejected;
  });

  it('rejects at once for a callback that fails while the source is silent', async () => {
    const silent = new Readable({ objectMode: true, read: () => undefined });
    silent.push('only');
    const fail = async (): Promise<void> => {
      await nextTurn();
      throw new Error('broken');
    };
    await assert.rejects(forEachBatch(silent, fail, { concurrency: 2 }), { message: 'broken' });
    assert.ok(silent.destroyed);
  });

  it('rejects with the error of the source', async () => {
    const failing = Readable.from(
      (function* () {
        yield 1;
        throw new Error('source');
      })(),
    );
    await assert.rejects(
      forEachBatch(failing, () => undefined),
      { message: 'source' },
    );
  });

  it('stops when the signal aborts, before or while it reads', async () => {
    const signal = AbortSignal.abort(new Error('closing'));
    await assert.rejects(
      forEachBatch(numbers(3).source, () => assert.fail('called'), { signal }),
      { message: 'closing' },
    );

    const controller = new AbortController();
    const silent = new Readable({ objectMode: true, read: () => undefined });
    const answer = forEachBatch(silent, () => undefined, { signal: controller.signal });
    await nextTurn();
    controller.abort(new Error('closing'));
    await assert.rejects(answer, { message: 'closing' });
  });

  it('refuses a bound below 1', async () => {
    await assert.rejects(
      forEachBatch(numbers(1).source, () => undefined, { concurrency: 0 }),
      { code: 'invalid_options' },
    );
  });
});
