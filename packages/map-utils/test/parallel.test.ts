import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { mapByKey, mapParallel } from '../src/index.ts';

/** Calls that end only when the test says so. */
const setUpCalls = () => {
  const open = new Map<number, PromiseWithResolvers<void>>();
  const begun: number[] = [];
  const begin = async (item: number): Promise<number> => {
    const gate = Promise.withResolvers<void>();
    open.set(item, gate);
    begun.push(item);
    await gate.promise;
    return item * 10;
  };
  const end = async (item: number, error?: Error): Promise<void> => {
    const gate = open.get(item);
    open.delete(item);
    assert.ok(gate, `call ${item} is under way`);
    if (error) gate.reject(error);
    else gate.resolve();
    await nextTurn();
  };
  return { begin, end, begun, open };
};

describe('mapParallel', () => {
  it('answers in the order of the items, whichever call ends first', async () => {
    const { begin, end } = setUpCalls();
    const answer = mapParallel([1, 2], begin, { concurrency: 2 });
    await end(2);
    await end(1);
    assert.deepEqual(await answer, [10, 20]);
  });

  it('has no more calls under way than its bound', async () => {
    const { begin, end, begun, open } = setUpCalls();
    const answer = mapParallel([1, 2, 3, 4], begin, { concurrency: 2 });
    await nextTurn();
    assert.deepEqual(begun, [1, 2]);
    await end(1);
    assert.deepEqual([...open.keys()], [2, 3]);
    for (const item of [2, 3, 4]) await end(item);
    await answer;
  });

  it('begins nothing after the first error and rejects once the others have ended', async () => {
    const { begin, end, begun } = setUpCalls();
    let rejected = false;
    const answer = mapParallel([1, 2, 3], begin, { concurrency: 2 });
    const watched = answer.catch((error: Error) => {
      rejected = true;
      return error.message;
    });
    await end(1, new Error('first'));
    assert.equal(rejected, false);
    await end(2, new Error('second'));
    assert.equal(await watched, 'first');
    assert.deepEqual(begun, [1, 2]);
  });

  it('rejects when fn throws instead of returning a promise', async () => {
    const fail = (): never => {
      throw new Error('at once');
    };
    await assert.rejects(mapParallel([1], fail, { concurrency: 1 }), { message: 'at once' });
  });

  it('begins nothing after an abort and rejects with the reason', async () => {
    const { begin, end, begun } = setUpCalls();
    const controller = new AbortController();
    const answer = mapParallel([1, 2], begin, { concurrency: 1, signal: controller.signal });
    controller.abort(new Error('closing'));
    const rejected = assert.rejects(answer, { message: 'closing' });
    await end(1);
    await rejected;
    assert.deepEqual(begun, [1]);
  });

  it('answers no items without a call', async () => {
    assert.deepEqual(await mapParallel([], () => assert.fail('called'), { concurrency: 4 }), []);
  });

  it('refuses a bound below 1 and an option that it does not have', async () => {
    await assert.rejects(mapParallel([1], String, { concurrency: 0 }), { code: 'invalid_options' });
    const misspelt = { concurrency: 1, concurency: 2 };
    await assert.rejects(mapParallel([1], String, misspelt), { code: 'invalid_options', message: /concurency/ });
  });
});

describe('mapByKey', () => {
  const parity = (item: number): number => item % 2;

  it('lets the next item of a key wait for the one before it', async () => {
    const { begin, end, begun } = setUpCalls();
    const answer = mapByKey([1, 3, 2], begin, { keyOf: parity, concurrency: 3 });
    await nextTurn();
    assert.deepEqual(begun, [1, 2]);
    await end(1);
    assert.deepEqual(begun, [1, 2, 3]);
    await end(2);
    await end(3);
    assert.deepEqual(await answer, [10, 30, 20]);
  });

  it('bounds the number of keys under way', async () => {
    const { begin, end, begun } = setUpCalls();
    const answer = mapByKey([1, 2], begin, { keyOf: parity, concurrency: 1 });
    await nextTurn();
    assert.deepEqual(begun, [1]);
    await end(1);
    await end(2);
    await answer;
  });

  it('begins neither another key nor the next item of a key after an error', async () => {
    const { begin, end, begun } = setUpCalls();
    const answer = mapByKey([1, 2, 4], begin, { keyOf: parity, concurrency: 2 });
    const rejected = assert.rejects(answer, { message: 'broken' });
    await end(1, new Error('broken'));
    await end(2);
    await rejected;
    assert.deepEqual(begun, [1, 2]);
  });
});
