import type { Clock, Collection, Database, Document, TransactionStep } from '@verifiedfan/ports';

const LEASES = 'leases';

type LeaseDocument = Document & { _id: string; holder: string; fence: number; expiresAtMs: number };

/** A turn at a piece of work that only one process may do at a time. */
export type Lease = {
  /** Rises with every turn. */
  fence: number;
  /**
   * Prolongs the turn, as the first step of a transaction: when somebody else has begun a turn meanwhile, nothing of the transaction is
   * written, however late the process notices.
   */
  renewal(): TransactionStep;
  /** Ends the turn, so that the next one need not wait until it is over. */
  release(): Promise<void>;
};

export type LeasesOptions = {
  database: Database;
  clock: Clock;
  /** Names the process; one that comes back under its name goes on at once. */
  holder: string;
  /** How long a turn lasts without being prolonged, in milliseconds. */
  ttlMs: number;
};

/** Answers a turn, or undefined while another process has it. */
export type AcquireLease = (name: string) => Promise<Lease | undefined>;

/** Leases with fences, one document each. Times are compared by the clocks of the processes; the fence does not depend on them. */
export const createLeases = ({ database, clock, holder, ttlMs }: LeasesOptions): AcquireLease => {
  const leases: Collection<LeaseDocument> = database.collection<LeaseDocument>(LEASES);
  const expiresAtMs = (): number => clock.now() + ttlMs;

  return async (name) => {
    const free = { _id: name, $or: [{ expiresAtMs: { $lte: clock.now() } }, { holder }] };
    const turn = { $set: { holder, expiresAtMs: expiresAtMs() }, $inc: { fence: 1 } };
    // A lease of somebody else does not match, so the upsert tries to make a second one, which the id refuses.
    const result = await leases.updateOne(free, turn, { upsert: true });
    if (result.outcome === 'failed') {
      if ('code' in result.error && result.error.code === 'duplicate_key') return undefined;
      throw result.error;
    }
    const taken = await leases.findById(name);
    if (taken?.holder !== holder) return undefined;
    const mine = { _id: name, holder, fence: taken.fence };
    return {
      fence: taken.fence,
      renewal: () => ({
        collection: LEASES,
        operation: { updateOne: { filter: mine, update: { $set: { expiresAtMs: expiresAtMs() } } } },
        expectMatched: 1,
      }),
      async release() {
        await leases.updateOne(mine, { $set: { expiresAtMs: 0 } });
      },
    };
  };
};
