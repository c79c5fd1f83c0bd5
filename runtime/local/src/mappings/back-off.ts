import type { Clock, Random } from '@verifiedfan/ports';

/** Sleeps before the attempt that follows `attempt` failed ones (from 1); the signal ends it early. */
export type BackOff = (attempt: number, signal: AbortSignal) => Promise<void>;

export type BackOffOptions = {
  clock: Clock;
  random: Random;
  /** Longest sleep behind the first failure, in milliseconds; doubles with each. @default 200 */
  baseMs?: number;
  /** Longest sleep at all, in milliseconds. @default 20_000 */
  capMs?: number;
};

/** Exponential back-off with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export const createBackOff = ({ clock, random, baseMs = 200, capMs = 20_000 }: BackOffOptions): BackOff => {
  return (attempt, signal) =>
    clock.sleep(random.next() * Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30)), signal);
};
