import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock } from '@verifiedfan/test-utils';
import { flushRegularly } from '../src/index.ts';

describe('measurements of a process that lives long', () => {
  it('leave every minute, and once more at its end', async () => {
    const clock = createManualClock();
    let flushes = 0;
    const metrics = {
      async flush() {
        flushes += 1;
      },
    };
    const flushing = flushRegularly({ metrics, clock });
    for (const expected of [1, 2, 3]) {
      await clock.waitForSleepers();
      await clock.advance(60_000);
      assert.equal(flushes, expected);
    }
    await clock.advance(30_000);
    await flushing.stop();
    assert.equal(flushes, 4);
    assert.equal(clock.sleeping(), 0);
  });
});
