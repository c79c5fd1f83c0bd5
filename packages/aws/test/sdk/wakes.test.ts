import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock } from '@verifiedfan/test-utils';
import { createWakes } from '../../src/sdk/wakes.ts';

const setUp = () => {
  const clock = createManualClock();
  const wakes = createWakes(clock);
  const { signal } = new AbortController();
  const pause = (key: string, count = wakes.count(key)) => wakes.pause({ key, count, durationMs: 1_000, signal });
  return { clock, wakes, pause };
};

describe('pauses that others can end', () => {
  it('end with their time, and say that nobody woke them', async () => {
    const { clock, pause } = setUp();
    const pausing = pause('a');
    await clock.advance(1_000);
    assert.equal(await pausing, false);
  });

  it('end for all who wait for a key, for nobody else, and leave no timer', async () => {
    const { clock, wakes, pause } = setUp();
    const both = Promise.all([pause('a'), pause('a')]);
    const other = pause('b');
    wakes.wake('a');
    assert.deepEqual(await both, [true, true]);
    assert.equal(clock.sleeping(), 1);
    await clock.advance(1_000);
    assert.equal(await other, false);
  });

  it('end at once when the wake came between the look and the pause', async () => {
    const { wakes, pause } = setUp();
    const seen = wakes.count('a');
    wakes.wake('a');
    assert.equal(await pause('a', seen), true);
  });

  it('end with their signal', async () => {
    const { clock, wakes } = setUp();
    const stop = new AbortController();
    const pausing = wakes.pause({ key: 'a', count: 0, durationMs: 1_000, signal: stop.signal });
    stop.abort();
    assert.equal(await pausing, false);
    assert.equal(clock.sleeping(), 0);
  });
});
