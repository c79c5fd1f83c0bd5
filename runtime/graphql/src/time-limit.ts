import type { Clock } from '@verifiedfan/ports';

export const LATE = Symbol('late');

/** The result of `run`, or `LATE` when the time limit is over first; what comes later is dropped, also when it is an error. */
export const withTimeLimit = async <Result>(
  { clock, limitMs }: { clock: Clock; limitMs: number },
  run: () => Promise<Result>,
): Promise<Result | typeof LATE> => {
  const done = new AbortController();
  const late = clock.sleep(limitMs, done.signal).then((): typeof LATE => LATE);
  try {
    return await Promise.race([run(), late]);
  } finally {
    done.abort();
  }
};
