import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@verifiedfan/ports';
import { DEFAULT_NOW_MS } from '@verifiedfan/test-utils';

export type TestClock = Clock & { advance(durationMs: number): void };

/** A clock on which nobody waits: whoever sleeps moves the time and goes on in the next turn, so back-off costs a test nothing. */
export const createTestClock = (): TestClock => {
  let nowMs = DEFAULT_NOW_MS;
  return {
    now: () => nowMs,
    async sleep(durationMs) {
      nowMs += Math.max(0, durationMs);
      await nextTurn();
    },
    advance(durationMs) {
      nowMs += durationMs;
    },
  };
};
