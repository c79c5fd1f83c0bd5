import type { Cache, CacheEntry, CacheSetOptions, Clock, JsonValue } from '@verifiedfan/ports';

export type GuardOptions = {
  cache: Cache;
  clock: Clock;
  /** Longest wait for one call of the cache, in milliseconds. */
  timeoutMs: number;
  /** Failures in a row after which the cache is left alone. */
  failures: number;
  /** For how long, in milliseconds. */
  restMs: number;
  onTrouble: (error: unknown) => void;
};

/** A cache that may be slow or gone: calls never reject. */
export type Guard = {
  get(key: string): Promise<CacheEntry | undefined>;
  /** False when nobody can tell whether it is stored. */
  set(key: string, value: JsonValue, options: CacheSetOptions): Promise<boolean>;
  /** False when nobody can tell whether it is gone. */
  delete(key: string, options: { version: number }): Promise<boolean>;
};

const LATE = Symbol('late');

/**
 * Keeps a slow or broken cache from slowing its readers: each call ends in time, and after some failures in a row the cache is not asked
 * for a while. The first call after that is the probe.
 */
export const createGuard = ({ cache, clock, timeoutMs, failures, restMs, onTrouble }: GuardOptions): Guard => {
  let failed = 0;
  let restUntilMs = Number.NEGATIVE_INFINITY;

  const inTime = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    const done = new AbortController();
    try {
      const answer = await Promise.race([call(), clock.sleep(timeoutMs, done.signal).then(() => LATE)]);
      if (answer === LATE) throw new Error(`the cache did not answer within ${timeoutMs} ms`);
      return answer as Answer;
    } finally {
      done.abort();
    }
  };

  const attempt = async <Answer>(call: () => Promise<Answer>): Promise<{ answer: Answer } | undefined> => {
    if (clock.now() < restUntilMs) return undefined;
    try {
      const answer = await inTime(call);
      failed = 0;
      return { answer };
    } catch (error) {
      failed += 1;
      if (failed >= failures) restUntilMs = clock.now() + restMs;
      onTrouble(error);
      return undefined;
    }
  };

  return {
    get: async (key) => (await attempt(() => cache.get(key)))?.answer,
    set: async (...call) => (await attempt(() => cache.set(...call))) !== undefined,
    delete: async (...call) => (await attempt(() => cache.delete(...call))) !== undefined,
  };
};
