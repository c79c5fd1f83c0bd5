import type { Clock } from '@verifiedfan/ports';
import type { ServiceLog } from './exchange.ts';

export type RenewalOptions = {
  clock: Clock;
  log: ServiceLog;
  everyMs: number;
  /** Moves the end of the lock; false once it is somebody else's. */
  renew: () => Promise<boolean>;
  /** Ends the renewal. */
  signal: AbortSignal;
};

/** Renews a lock until the signal ends it, or it is lost. A renewal that fails is tried again when the next one is due. */
export const renewUntil = async ({ clock, log, everyMs, renew, signal }: RenewalOptions): Promise<void> => {
  const isHeld = async (): Promise<boolean> => {
    try {
      return await renew();
    } catch (error) {
      log.warn('idempotency lock not renewed', { error });
      return true;
    }
  };
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    if (await isHeld()) continue;
    log.warn('idempotency lock lost', {});
    return;
  }
};
