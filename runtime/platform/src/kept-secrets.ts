import { type Clock, PortError, type Secrets } from '@verifiedfan/ports';

/** Secrets of which a value may be asked for that is no older than the caller can stand. */
export type KeptSecrets = {
  /** `maxAgeMs`: no older than this, in milliseconds; 0 asks now. @default as long as values are kept */
  get(name: string, options?: { maxAgeMs?: number | undefined }): Promise<string>;
};

export type KeepSecretsOptions = {
  /** Asked anew each time; several who ask at once should share one request. */
  secrets: Secrets;
  clock: Clock;
  /** How long a value is used before it is asked for again, in milliseconds: so long a rotated secret may go unnoticed. @default 300_000 */
  ttlMs?: number | undefined;
};

/** How long somebody waits for a newer value who has one already, in milliseconds. */
const PATIENCE_MS = 2_000;
/** Between two questions that were not answered, in milliseconds. */
const PAUSE_MS = 30_000;

type Known = { value: string; atMs: number; askAgainAtMs: number };

/**
 * Keeps values for a while. One that is known outlives a time in which it cannot be asked for: that a secret may have changed is no reason to
 * end work that its old value still does. A name that is refused for good, or not there any more, throws all the same.
 */
export const keepSecrets = ({ secrets, clock, ttlMs = 300_000 }: KeepSecretsOptions): KeptSecrets => {
  const known = new Map<string, Known>();

  const ask = async (name: string): Promise<string> => {
    const value = await secrets.get(name);
    known.set(name, { value, atMs: clock.now(), askAgainAtMs: 0 });
    return value;
  };
  const askAgain = async (name: string, kept: Known): Promise<string> => {
    const answered = new AbortController();
    const late = clock.sleep(PATIENCE_MS, answered.signal).then(() => undefined);
    try {
      const value = await Promise.race([ask(name), late]);
      if (value !== undefined) return value;
    } catch (error) {
      if (!(error instanceof PortError && error.retryable)) throw error;
    } finally {
      answered.abort();
    }
    kept.askAgainAtMs = clock.now() + PAUSE_MS;
    return kept.value;
  };

  return {
    async get(name, { maxAgeMs = ttlMs } = {}) {
      const kept = known.get(name);
      if (kept === undefined) return ask(name);
      const nowMs = clock.now();
      const isFresh = nowMs - kept.atMs < Math.min(ttlMs, maxAgeMs);
      return isFresh || nowMs < kept.askAgainAtMs ? kept.value : askAgain(name, kept);
    },
  };
};
