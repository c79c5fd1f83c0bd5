import type { Clock } from '@verifiedfan/ports';
import type { InvocationContext } from '@verifiedfan/worker';

/** Kept back from every invocation, in milliseconds: spans and measurements leave in it, and Lambda reads the answer. */
export const MARGIN_MS = 2_500;

export type DeadlineOptions = {
  context: InvocationContext;
  clock: Clock;
  /** Aborts when the process is asked to stop. */
  stopping: AbortSignal;
  /** Called once when the margin begins and the work is still under way. */
  onPassed(): void;
};

/**
 * Runs `work` with a context in which the margin is taken off the time that is left, and whose signal aborts when the rest has passed: whoever
 * heeds it ends in an orderly way, and what it did not do is delivered again. Whoever does not is stopped by Lambda.
 */
export const withDeadline = async <T>(
  { context, clock, stopping, onPassed }: DeadlineOptions,
  work: (context: InvocationContext) => Promise<T>,
): Promise<T> => {
  const { getRemainingTimeInMillis } = context;
  if (getRemainingTimeInMillis === undefined) return work({ ...context, signal: stopping });
  const left = (): number => Math.max(0, getRemainingTimeInMillis() - MARGIN_MS);
  const passed = new AbortController();
  const ended = new AbortController();
  void clock.sleep(left(), ended.signal).then(
    () => {
      if (ended.signal.aborted) return;
      passed.abort();
      onPassed();
    },
    () => undefined,
  );
  const signal = AbortSignal.any([stopping, passed.signal]);
  try {
    return await work({ ...context, getRemainingTimeInMillis: left, signal });
  } finally {
    ended.abort();
  }
};
