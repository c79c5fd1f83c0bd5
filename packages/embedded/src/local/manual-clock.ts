import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, PortError } from '@verifiedfan/ports';

export type ManualClockOptions = {
  /** Milliseconds since 1970-01-01T00:00:00Z. @default 1_767_225_600_000, which is 2026-01-01T00:00:00Z */
  startMs?: number;
};

export type ManualClock = Clock & {
  /**
   * Moves the time, waking sleepers in the order in which they are due; each sees the moment it asked for, and what it does
   * next (another sleep, say) happens before the following one wakes.
   */
  advance(durationMs: number): Promise<void>;
  /** How many are asleep. */
  sleepers(): number;
};

type Sleeper = { dueMs: number; wake: () => void };

/** A clock that stands still until it is told to move, for tests and simulations. */
export const createManualClock = ({ startMs = 1_767_225_600_000 }: ManualClockOptions = {}): ManualClock => {
  const asleep = new Set<Sleeper>();
  let nowMs = startMs;

  const earliest = (): Sleeper | undefined => {
    let first: Sleeper | undefined;
    // Among equals the one that fell asleep first wakes first, as with timers.
    for (const sleeper of asleep) if (!first || sleeper.dueMs < first.dueMs) first = sleeper;
    return first;
  };

  const fallAsleep = (dueMs: number, signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        asleep.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { dueMs, wake };
      asleep.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });

  return {
    now: () => nowMs,
    async sleep(durationMs, signal) {
      if (!(durationMs > 0) || signal?.aborted) await nextTurn();
      else await fallAsleep(nowMs + durationMs, signal);
    },
    async advance(durationMs) {
      if (!(durationMs >= 0)) throw new PortError({ code: 'validation', message: 'time does not run backwards' });
      const targetMs = nowMs + durationMs;
      await nextTurn();
      for (let next = earliest(); next && next.dueMs <= targetMs; next = earliest()) {
        nowMs = Math.max(nowMs, next.dueMs);
        next.wake();
        await nextTurn();
      }
      nowMs = Math.max(nowMs, targetMs);
    },
    sleepers: () => asleep.size,
  };
};
