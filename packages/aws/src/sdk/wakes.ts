import type { Clock } from '@verifiedfan/ports';

/** Lets those who look again and again look at once when this process itself has done what they wait for. */
export type Wakes = {
  /** To be asked before a look: what happens between the look and the pause behind it is then not missed. */
  count(key: string): number;
  /** Resolves after the time, sooner with true when there was a wake behind `count`, or when the signal aborts. Leaves no timer behind. */
  pause(options: { key: string; count: number; durationMs: number; signal: AbortSignal }): Promise<boolean>;
  wake(key: string): void;
};

export const createWakes = (clock: Clock): Wakes => {
  const waiting = new Map<string, Set<() => void>>();
  const counts = new Map<string, number>();
  const countOf = (key: string): number => counts.get(key) ?? 0;
  return {
    count: countOf,
    async pause({ key, count, durationMs, signal }) {
      if (countOf(key) !== count) return true;
      const over = new AbortController();
      const wake = (): void => over.abort();
      const others = waiting.get(key) ?? new Set();
      waiting.set(key, others.add(wake));
      try {
        await clock.sleep(durationMs, AbortSignal.any([signal, over.signal]));
      } finally {
        others.delete(wake);
        if (others.size === 0) waiting.delete(key);
      }
      return countOf(key) !== count;
    },
    wake(key) {
      counts.set(key, countOf(key) + 1);
      for (const wake of [...(waiting.get(key) ?? [])]) wake();
    },
  };
};
