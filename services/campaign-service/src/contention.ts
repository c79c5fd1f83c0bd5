import type { Clock, Random } from '@verifiedfan/ports';
import { CampaignError } from './errors.ts';

export type PersistOptions = { clock: Pick<Clock, 'sleep'>; random: Pick<Random, 'next'> };

/**
 * Tries work again, which answers undefined when somebody else was faster, until it has a result. Throws CONTENTION when it has been beaten
 * thirty times.
 */
export type Persist = <Result extends object>(work: () => Promise<Result | undefined>) => Promise<Result>;

/** Sixty who change one campaign at once are all served: `test/contention.test.ts`. */
const MAX_ATTEMPTS = 30;
const BASE_MS = 10;
const CAP_MS = 200;

/** Waits are all chance (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter), or those who met meet again. */
export const createPersist =
  ({ clock, random }: PersistOptions): Persist =>
  async (work) => {
    for (let attempt = 1; ; attempt += 1) {
      const result = await work();
      if (result !== undefined) return result;
      if (attempt === MAX_ATTEMPTS) throw new CampaignError('CONTENTION');
      await clock.sleep(Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 10)) * random.next());
    }
  };
