import type { Clock, Random } from '@verifiedfan/ports';

export type BackOff = (attempt: number, signal: AbortSignal) => Promise<void>;

/** Exponential back-off with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), in milliseconds. */
export const createBackOff = ({
  clock,
  random,
  baseMs = 50,
  capMs = 5_000,
}: {
  clock: Clock;
  random: Random;
  baseMs?: number;
  capMs?: number;
}): BackOff => {
  return (attempt, signal) => clock.sleep(random.next() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20)), signal);
};
