import type { Clock } from '@verifiedfan/ports';

/** Lets many wait for a condition that can only become true when somebody made progress; nobody polls. */
export type Activity = {
  /** To be called after every change that may make a condition true. */
  changed(): void;
  /** True when the condition holds; false when the time is up or the signal aborts first. */
  until(
    condition: () => boolean | Promise<boolean>,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<boolean>;
};

export type ActivityOptions = {
  clock: Clock;
  /**
   * How often a condition is looked at again without anybody having made progress, in milliseconds: for engines that tell what waits only
   * approximately, and later. @default never
   */
  lookAgainMs?: number | undefined;
};

export const createActivity = ({ clock, lookAgainMs }: ActivityOptions): Activity => {
  // Plain callbacks instead of a race of promises: a race leaves a reaction on each of its promises, and some of these live for hours.
  const waiting = new Set<() => void>();
  const nextOrAgain = async (next: Promise<void>): Promise<void> => {
    if (lookAgainMs === undefined) return next;
    const timer = new AbortController();
    await Promise.race([next, clock.sleep(lookAgainMs, timer.signal)]);
    timer.abort();
  };
  return {
    changed() {
      for (const wake of waiting) wake();
    },
    async until(condition, { timeoutMs, signal }) {
      let next = Promise.withResolvers<void>();
      let over = signal.aborted;
      const wake = (): void => next.resolve();
      const end = (): void => {
        over = true;
        wake();
      };
      const timer = new AbortController();
      waiting.add(wake);
      signal.addEventListener('abort', end, { once: true });
      if (Number.isFinite(timeoutMs)) void clock.sleep(timeoutMs, timer.signal).then(end);
      try {
        while (!over) {
          // Before the condition is asked, so that a change meanwhile is not missed.
          next = Promise.withResolvers<void>();
          if (await condition()) return true;
          if (!over) await nextOrAgain(next.promise);
        }
        return false;
      } finally {
        waiting.delete(wake);
        signal.removeEventListener('abort', end);
        timer.abort();
      }
    },
  };
};
