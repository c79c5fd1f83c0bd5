import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alternate, median, runChild } from '../measure.ts';

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([4, 1, 10, 2]), 3);
  });
});

describe('alternate', () => {
  it('runs every side once a round and turns the order each round', async () => {
    const order: string[] = [];
    await alternate(['ours', 'theirs'], 3, async (side, round) => void order.push(`${round} ${side}`));
    assert.deepEqual(order, ['0 ours', '0 theirs', '1 theirs', '1 ours', '2 ours', '2 theirs']);
  });
});

describe('runChild', () => {
  it('returns what the program printed', async () => {
    const { stdout } = await runChild(['--eval', 'process.stdout.write("done")']);
    assert.equal(stdout, 'done');
  });

  it('throws with what the program complained about when it fails', async () => {
    const fails = runChild(['--eval', 'console.error("no such thing"); process.exitCode = 3']);
    await assert.rejects(fails, /ended with 3:\n.*no such thing/);
  });
});
