import { randomBytes, randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Random } from '@verifiedfan/ports';

// Everything takes its time and its chance from a Clock and a Random, so that a run can be replayed. Somebody has to ask the machine
// in the end: this file does, and nothing else in this package.

/** The longest delay of a timer; a longer one would fire at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const waitOnce = (durationMs: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, durationMs);
    signal?.addEventListener('abort', finish, { once: true });
  });

/** The machine's clock. It may jump when the machine's time is set. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(durationMs, signal) {
    if (!(durationMs > 0) || signal?.aborted) {
      await nextTurn();
      return;
    }
    for (let left = durationMs; left > 0 && !signal?.aborted; left -= LONGEST_TIMER_MS) {
      await waitOnce(Math.min(left, LONGEST_TIMER_MS), signal);
    }
  },
};

/** The machine's source of chance; its bytes are cryptographically strong. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => randomUUID(),
  bytes: (count) => new Uint8Array(randomBytes(count)),
};
