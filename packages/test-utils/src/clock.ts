import type { Clock } from '@verifiedfan/ports';

export type ManualClock = Clock & {
  /** Moves time on; sleepers whose time has come wake in the order of their times. Resolves once they had a turn to run. */
  advance(durationMs: number): Promise<void>;
  /** How many sleepers are waiting: a test can see that code under test sleeps, instead of guessing. */
  sleeping(): number;
  /** Resolves as soon as at least `count` sleepers are waiting. */
  waitForSleepers(count?: number): Promise<void>;
};

type Sleeper = { dueAtMs: number; wake: () => void };

/** A clock that stands still until a test moves it, so that a minute of back-off costs nothing and every run is the same. */
export const createManualClock = ({ nowMs = DEFAULT_NOW_MS }: { nowMs?: number } = {}): ManualClock => {
  let currentMs = nowMs;
  let sleepers: Sleeper[] = [];
  let watchers: { count: number; notify: () => void }[] = [];

  const add = (sleeper: Sleeper): void => {
    sleepers.push(sleeper);
    const ready = watchers.filter(({ count }) => sleepers.length >= count);
    watchers = watchers.filter(({ count }) => sleepers.length < count);
    for (const { notify } of ready) notify();
  };

  const wakeNext = async (untilMs: number): Promise<boolean> => {
    const next = sleepers.toSorted((a, b) => a.dueAtMs - b.dueAtMs)[0];
    if (next === undefined || next.dueAtMs > untilMs) return false;
    currentMs = Math.max(currentMs, next.dueAtMs);
    next.wake();
    await nextTurn();
    return true;
  };

  return {
    now: () => currentMs,
    async sleep(durationMs, signal) {
      if (signal?.aborted) return;
      if (durationMs <= 0) return nextTurn();
      await new Promise<void>((resolve) => {
        const sleeper: Sleeper = { dueAtMs: currentMs + durationMs, wake: () => finish() };
        const finish = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', finish);
          resolve();
        };
        signal?.addEventListener('abort', finish, { once: true });
        add(sleeper);
      });
    },
    async advance(durationMs) {
      const targetMs = currentMs + durationMs;
      while (await wakeNext(targetMs));
      currentMs = targetMs;
      await nextTurn();
    },
    sleeping: () => sleepers.length,
    waitForSleepers(count = 1) {
      if (sleepers.length >= count) return Promise.resolve();
      return new Promise((notify) => watchers.push({ count, notify }));
    },
  };
};

/** 2026-01-05T10:00:00.000Z: the moment at which test data lives unless a test says otherwise. */
export const DEFAULT_NOW_MS = Date.UTC(2026, 0, 5, 10);

/** One turn of the event loop: everything that was ready has run. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
