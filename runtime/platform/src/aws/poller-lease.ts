import type { Clock, Table } from '@verifiedfan/ports';
import { type Claim, claim, release, renew } from '@verifiedfan/worker';

export type PollerLeaseOptions = {
  /** The table of checkpoints: who moves them must be the only one. */
  table: Table;
  /** Unique to this process; other processes are shown it. */
  owner: string;
  clock: Clock;
  /** How long the lease of a process that died keeps others out, in milliseconds; well above the difference between their clocks. @default 30_000 */
  leaseMs?: number | undefined;
  /** Called once when another process took over, or when the lease ran out before it could be renewed: nothing more may be begun. */
  onLost(): void;
  /** Gives up waiting for the lease of a process that may have died. */
  signal: AbortSignal;
};

export type PollerLease = {
  /** Lets the next process begin at once. */
  release(): Promise<void>;
};

/** Another process polls the same stage. Two would move the same checkpoints, past each other. */
export class PollerRunsError extends Error {
  override readonly name = 'PollerRunsError';
  readonly code = 'locked';
  readonly retryable = true;
  constructor(owner: string) {
    super(`another process (${owner}) polls this stage`);
  }
}

const FREE = 'free';
const POLLING = 'polling';
const KEY = { PK: 'lease', SK: 'poller' };
const RENEWALS = 3;

/**
 * Makes this process the only one that polls a stage. Waits once for a lease that may belong to a process that died, and throws
 * `PollerRunsError` when it is renewed meanwhile, for then its owner lives.
 */
export const takePollerLease = async (options: PollerLeaseOptions): Promise<PollerLease> => {
  const { table, clock, leaseMs = 30_000, onLost } = options;
  let held = await claimLease(options);
  const stopping = new AbortController();
  const keep = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(leaseMs / RENEWALS, stopping.signal);
      if (stopping.signal.aborted) return;
      const renewed = await renew({ table, claim: held, leaseMs, clock }).catch((error: unknown) => error);
      if (isClaim(renewed)) held = renewed;
      // Taken over; or not renewed for so long that somebody may take over any moment.
      else if (renewed === undefined || clock.now() >= held.leaseUntilMs - leaseMs / RENEWALS) return onLost();
    }
  };
  const kept = keep();
  return {
    async release() {
      stopping.abort();
      await kept;
      await release({ table, claim: held, state: FREE });
    },
  };
};

const claimLease = async (options: PollerLeaseOptions): Promise<Claim> => {
  const { clock, signal } = options;
  const first = await tryClaim(options);
  if (first.outcome === 'claimed') return first.claim;
  if (first.outcome === 'refused') throw new TypeError('the row of the lease is in an unknown state');
  await clock.sleep(Math.max(0, first.untilMs - clock.now()) + 1, signal);
  const second = signal.aborted ? first : await tryClaim(options);
  if (second.outcome === 'claimed') return second.claim;
  throw new PollerRunsError(first.owner);
};

const tryClaim = ({ table, owner, clock, leaseMs = 30_000 }: PollerLeaseOptions) =>
  claim({ table, key: KEY, owner, leaseMs, clock, from: [FREE], to: POLLING, orAbsent: true });

const isClaim = (value: unknown): value is Claim =>
  typeof value === 'object' && value !== null && 'attempt' in value && 'leaseUntilMs' in value;
