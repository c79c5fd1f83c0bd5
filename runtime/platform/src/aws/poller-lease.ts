import { type Clock, PortError, type Table } from '@verifiedfan/ports';
import { type Claim, type ClaimResult, claim, release, renew } from '@verifiedfan/worker';
import { PollerRunsError } from './poller-runs-error.ts';

export type PollerLeaseOptions = {
  /** The table of checkpoints: who moves them must be the only one. */
  table: Table;
  /** That table as its engine calls it, for people who read an error. @default the table's own name */
  tableName?: string | undefined;
  /** Unique to this process; other processes are shown it. */
  owner: string;
  clock: Clock;
  /** How long the lease of a process that died keeps others out, in milliseconds; well above the difference between their clocks. @default 30_000 */
  leaseMs?: number | undefined;
  /** Called once, before it waits for a process that may be dead: whose lease it is, and for how long at most, in milliseconds. */
  onWait?: ((owner: string, mostMs: number) => void) | undefined;
  /**
   * Called once when another process took over, or when the lease is about to run out and was not renewed, be it that the table answers nothing
   * at all: nothing more may be begun. Always before somebody else can have the lease.
   */
  onLost(): void;
  /** Gives up waiting for the lease of a process that may have died. */
  signal: AbortSignal;
};

export type PollerLease = {
  /** Lets the next process begin at once. */
  release(): Promise<void>;
};

const FREE = 'free';
const POLLING = 'polling';
const KEY = { PK: 'lease', SK: 'poller' };
const LEASE_MS = 30_000;
const RENEWALS = 3;
/** How often somebody who waits looks whether the lease was renewed or given back. */
const LOOK_MS = 1_000;

/** Behind a renewal that failed, in parts of a lease: the table has tried often enough by itself. */
const SOON = 30;

/**
 * Makes this process the only one that polls a stage. A lease that may belong to a process that died is waited for, until it runs out; as soon as it
 * is seen to be renewed its owner lives, and `PollerRunsError` is thrown.
 */
export const takePollerLease = async (options: PollerLeaseOptions): Promise<PollerLease> => {
  const { table, clock, leaseMs = LEASE_MS, onLost } = options;
  let held = await claimLease(options);
  if (clock.now() >= safeUntil(held, leaseMs)) throw tooLate(table.name);
  const stopping = new AbortController();
  const keep = async (): Promise<void> => {
    let waitMs = leaseMs / RENEWALS;
    for (;;) {
      await clock.sleep(waitMs, stopping.signal);
      if (stopping.signal.aborted) return;
      const renewing = renew({ table, claim: held, leaseMs, clock }).catch((error: unknown) => error);
      const renewed = await withinLease(renewing, { ...options, held, stop: stopping.signal });
      if (isClaim(renewed)) {
        held = renewed;
        waitMs = leaseMs / RENEWALS;
      } else if (stopping.signal.aborted) return;
      // Taken over; or not renewed for so long that somebody may take over any moment.
      else if (renewed === undefined || clock.now() >= safeUntil(held, leaseMs)) return onLost();
      else waitMs = leaseMs / SOON;
    }
  };
  const kept = keep();
  return {
    async release() {
      stopping.abort();
      await kept;
      // A table that does not answer lets the lease run out by itself.
      const releasing = release({ table, claim: held, state: FREE });
      await withinLease(releasing, { ...options, held, stop: undefined });
    },
  };
};

/** So long nobody else can have the lease, whichever of the clocks is ahead. */
const safeUntil = ({ leaseUntilMs }: Claim, leaseMs: number): number => leaseUntilMs - leaseMs / RENEWALS;

/**
 * The answer of the table, or 'late' when the lease is about to run out first, or when `stop` aborts: the driver of the table tries again for minutes,
 * and a process that waited for it would go on polling beside its successor.
 */
const withinLease = async <Answer>(
  asked: Promise<Answer>,
  {
    clock,
    leaseMs = LEASE_MS,
    held,
    stop,
  }: Pick<PollerLeaseOptions, 'clock' | 'leaseMs'> & { held: Claim; stop: AbortSignal | undefined },
): Promise<Answer | 'late'> => {
  const answered = new AbortController();
  const signal = stop === undefined ? answered.signal : AbortSignal.any([answered.signal, stop]);
  const late = clock.sleep(Math.max(1, safeUntil(held, leaseMs) - clock.now()), signal).then(() => 'late' as const);
  try {
    return await Promise.race([asked, late]);
  } finally {
    answered.abort();
  }
};

const tooLate = (resource: string): PortError =>
  new PortError({ code: 'unavailable', message: 'the lease ran out before the table had answered', resource });

const claimLease = async (options: PollerLeaseOptions): Promise<Claim> => {
  const { clock, signal, leaseMs = LEASE_MS, table, tableName = table.name, onWait } = options;
  const first = await tryClaim(options);
  if (first.outcome === 'claimed') return first.claim;
  // Never longer than a lease, whatever the row says: its owner's clock may be ahead.
  const giveUpAtMs = clock.now() + Math.min(leaseMs, Math.max(0, first.untilMs - clock.now()));
  onWait?.(first.owner, giveUpAtMs - clock.now());
  for (;;) {
    await clock.sleep(Math.max(1, Math.min(LOOK_MS, giveUpAtMs - clock.now() + 1)), signal);
    const runs = new PollerRunsError({ owner: first.owner, tableName, leaseMs });
    if (signal.aborted) throw runs;
    const next = await tryClaim(options);
    if (next.outcome === 'claimed') return next.claim;
    if (next.owner !== first.owner) throw new PollerRunsError({ owner: next.owner, tableName, leaseMs });
    if (next.untilMs !== first.untilMs || clock.now() > giveUpAtMs) throw runs;
  }
};

const tryClaim = async (options: PollerLeaseOptions): Promise<Exclude<ClaimResult, { outcome: 'refused' }>> => {
  const { table, owner, clock, leaseMs = LEASE_MS } = options;
  const result = await claim({ table, key: KEY, owner, leaseMs, clock, from: [FREE], to: POLLING, orAbsent: true });
  if (result.outcome === 'refused') throw new TypeError('the row of the lease is in an unknown state');
  return result;
};

const isClaim = (value: unknown): value is Claim =>
  typeof value === 'object' && value !== null && 'attempt' in value && 'leaseUntilMs' in value;
