import type { Clock } from '@verifiedfan/ports';
import { DiscoveryError } from './errors.ts';

export type PaceOptions = { clock: Clock; perSecond: number; maxWaitMs: number };

/**
 * Lets calls pass at a steady rate, some at once after a quiet time. Who would wait longer than `maxWaitMs` is `rate_limited` at once: the
 * wait would only end in a time-out.
 */
export const createPace = ({ clock, perSecond, maxWaitMs }: PaceOptions) => {
  const intervalMs = 1_000 / perSecond;
  const toleranceMs = intervalMs * (perSecond - 1);
  /** When the next call would be due if all came evenly. */
  let dueMs = Number.NEGATIVE_INFINITY;
  return async (signal: AbortSignal | undefined): Promise<void> => {
    const nowMs = clock.now();
    const waitMs = Math.max(0, Math.ceil(dueMs - toleranceMs - nowMs));
    if (waitMs > maxWaitMs) throw new DiscoveryError('rate_limited', { retryAfterMs: waitMs });
    dueMs = Math.max(dueMs, nowMs) + intervalMs;
    if (waitMs > 0) await clock.sleep(waitMs, signal);
  };
};
