import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@verifiedfan/ports';

/** A clock that stands still until the test moves it. */
export const steppedClock = (): Clock & { step(durationMs: number): Promise<void>; waiting(): number } => {
  let nowMs = 0;
  const sleepers = new Map<() => void, number>();
  return {
    now: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(wake);
          resolve();
        };
        sleepers.set(wake, nowMs + durationMs);
        signal?.addEventListener('abort', wake, { once: true });
      }),
    async step(durationMs) {
      await nextTurn();
      nowMs += durationMs;
      for (const [wake, atMs] of sleepers) if (atMs <= nowMs) wake();
      await nextTurn();
    },
    waiting: () => sleepers.size,
  };
};
