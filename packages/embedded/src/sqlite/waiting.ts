import type { Clock } from '@verifiedfan/ports';

export type WaitingOptions = {
  clock: Clock;
  /** Whether there is something to receive now. */
  ready: () => boolean;
  /** When something hidden shows next, in milliseconds since 1970; undefined when nothing is hidden. */
  nextMoment: () => number | undefined;
};

export type Waiting = {
  /** Resolves when something may be ready, or when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void>;
  /** To be called after every change of what is waited for. */
  changed(): void;
  close(): void;
};

/** Waiters in this process, woken by changes and by at most one timer; without waiters nothing runs. */
export const createWaiting = ({ clock, ready, nextMoment }: WaitingOptions): Waiting => {
  const waiters = new Set<() => void>();
  let timer: { dueMs: number; stop: AbortController } | undefined;

  const stopTimer = (): void => {
    timer?.stop.abort();
    timer = undefined;
  };

  const wakeAll = (): void => {
    stopTimer();
    for (const wake of [...waiters]) wake();
  };

  const setTimer = (): void => {
    const dueMs = nextMoment();
    if (dueMs === timer?.dueMs) return;
    stopTimer();
    if (dueMs === undefined) return;
    const mine = { dueMs, stop: new AbortController() };
    timer = mine;
    void clock.sleep(dueMs - clock.now(), mine.stop.signal).then(() => {
      if (mine.stop.signal.aborted) return;
      timer = undefined;
      try {
        changed();
      } catch {
        // Nobody waits for this promise: the waiters meet the same error with their next receive.
        wakeAll();
      }
    });
  };

  const changed = (): void => {
    if (waiters.size === 0) stopTimer();
    else if (ready()) wakeAll();
    else setTimer();
  };

  return {
    async wait(signal) {
      if (signal.aborted || ready()) return;
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiters.delete(wake);
          signal.removeEventListener('abort', wake);
          if (waiters.size === 0) stopTimer();
          resolve();
        };
        signal.addEventListener('abort', wake, { once: true });
        waiters.add(wake);
        setTimer();
      });
    },
    changed,
    close: wakeAll,
  };
};
