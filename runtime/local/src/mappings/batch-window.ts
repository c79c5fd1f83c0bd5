import type { Clock } from '@verifiedfan/ports';

type WindowOptions = { clock: Clock; durationMs: number; signal: AbortSignal };

/**
 * Runs `gather` with a signal that aborts when the time is up or `signal` aborts: a batch may be full before its window is over, and then
 * nobody should wait for the rest of it. Leaves no timer behind.
 */
export const withinWindow = async <T>(
  { clock, durationMs, signal }: WindowOptions,
  gather: (over: AbortSignal) => Promise<T>,
): Promise<T> => {
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  void clock.sleep(durationMs, over.signal).then(end);
  try {
    return await gather(over.signal);
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
};
