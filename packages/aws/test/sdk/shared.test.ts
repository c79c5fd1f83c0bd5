import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, nextTurn } from '@verifiedfan/test-utils';
import { shared } from '../../src/sdk/shared.ts';

describe('shared requests', () => {
  it('are one for all who ask at the same time, and one for each key', async () => {
    const asked: string[] = [];
    const ask = shared(async (key) => {
      asked.push(key);
      return asked.length;
    });
    assert.deepEqual(await Promise.all([ask('a'), ask('b'), ask('a')]), [1, 2, 1]);
    assert.deepEqual(asked, ['a', 'b']);
  });

  it('are not joined once they are under way: their answer may be older than the question', async () => {
    const gate = createGate();
    let count = 0;
    const ask = shared(async () => {
      count += 1;
      const answer = count;
      await gate.wait();
      return answer;
    });
    const first = ask('a');
    await nextTurn();
    await nextTurn();
    const second = ask('a');
    gate.open();
    assert.deepEqual(await Promise.all([first, second]), [1, 2]);
  });

  it('fail for all who asked, and are asked again', async () => {
    let count = 0;
    const ask = shared(async () => {
      count += 1;
      if (count === 1) throw new Error('no');
      return count;
    });
    const both = await Promise.allSettled([ask('a'), ask('a')]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await ask('a'), 2);
  });
});
