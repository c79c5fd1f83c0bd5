import type { Clock } from '@verifiedfan/ports';

/** Lets many wait for a condition that can only become true when somebody made progress; nobody polls. */
export const createActivity = (clock: Clock) => {
  let next = Promise.withResolvers<void>();
  return {
    changed(): void {
      next.resolve();
      next = Promise.withResolvers<void>();
    },
    /** True when the condition holds; false when the time is up or the signal aborts first. */
    async until(
      condition: () => Promise<boolean>,
      { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
    ): Promise<boolean> {
      const timer = new AbortController();
      let over = false;
      const end = (
        Number.isFinite(timeoutMs) ? clock.sleep(timeoutMs, timer.signal) : new Promise<void>(() => {})
      ).then(() => {
        over = true;
      });
      const aborted = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true, signal: timer.signal });
      });
      try {
        while (!over && !signal.aborted) {
          const progress = next.promise;
          if (await condition()) return true;
          await Promise.race([progress, end, aborted]);
        }
        return false;
      } finally {
        timer.abort();
      }
    },
  };
};
export type Activity = ReturnType<typeof createActivity>;
