import type { Clock, Collection, Document, JsonObject, UpdateOperators } from '@verifiedfan/ports';

/** What is kept of a request under its key. The key itself and the request are kept as hashes only. */
export type StoredAttempt = Document & {
  fingerprint: string;
  /** A hash of the rights that the execution has: what it answers is for nobody else. */
  rights: string;
  /** Names the execution that may renew, complete or release this document. */
  attempt: string;
  lockedUntilMs: number;
  expiresAtMs: number;
};

export type Claim =
  | { outcome: 'mine' }
  | { outcome: 'answered'; answer: JsonObject; rights: string }
  | { outcome: 'running' }
  | { outcome: 'reused' };

export type ClaimOptions = {
  id: string;
  fingerprint: string;
  rights: string;
  attempt: string;
  lockedUntilMs: number;
  expiresAtMs: number;
};

/** Remembers who works on a key and what was answered. */
export interface IdempotencyStore {
  /** Lets exactly one attempt work on the id at a time; a dead attempt's turn ends with its lock. */
  claim(options: ClaimOptions): Promise<Claim>;
  /** Moves the end of the attempt's lock; false when another attempt took over. */
  renew(id: string, attempt: string, lockedUntilMs: number): Promise<boolean>;
  /** Keeps the answer, unless another attempt took over. */
  complete(id: string, attempt: string, answer: JsonObject): Promise<void>;
  /** Ends the lock, so that a repetition executes again. The key stays with its request: what came of it may be known to nobody. */
  release(id: string, attempt: string): Promise<void>;
}

export const IDEMPOTENCY_INDEXES = [{ name: 'expiresAtMs', fields: [['expiresAtMs', 1]] }] as const;
const PURGE_EVERY_MS = 60_000;
const PURGE_LIMIT = 500;

/** A store in a collection with `IDEMPOTENCY_INDEXES`. Expired documents are removed on the way, at most once a minute. */
export const createIdempotencyStore = ({
  collection,
  clock,
}: {
  collection: Collection<StoredAttempt>;
  clock: Clock;
}): IdempotencyStore => {
  let purgedAtMs = clock.now();

  const purge = async (): Promise<void> => {
    const nowMs = clock.now();
    if (nowMs - purgedAtMs < PURGE_EVERY_MS) return;
    purgedAtMs = nowMs;
    const expired = await collection.find({ filter: { expiresAtMs: { $lte: nowMs } }, limit: PURGE_LIMIT });
    await collection.bulkWrite(expired.map(({ _id, attempt }) => ({ deleteOne: { filter: { _id, attempt } } })));
  };

  const insert = async ({ id, ...fields }: ClaimOptions): Promise<boolean> => {
    const [result] = await collection.bulkWrite([{ insertOne: { document: { _id: id, ...fields } } }]);
    if (result?.outcome === 'done') return true;
    if (result !== undefined && Reflect.get(result.error, 'code') === 'duplicate_key') return false;
    throw result?.error ?? new Error('The store answered nothing');
  };

  /** Whether the attempt still had the document. */
  const change = async (id: string, attempt: string, update: UpdateOperators): Promise<boolean> => {
    const result = await collection.updateOne({ _id: id, attempt }, update);
    if (result.outcome === 'failed') throw result.error;
    return result.matched === 1;
  };

  return {
    async claim(options) {
      await purge();
      if (await insert(options)) return { outcome: 'mine' };
      const stored = await collection.findById(options.id);
      // Released, or taken over by somebody else, in between: the caller asks again.
      if (stored === undefined) return { outcome: 'running' };
      const nowMs = clock.now();
      const expired = stored.expiresAtMs <= nowMs;
      if (!expired && stored.fingerprint !== options.fingerprint) return { outcome: 'reused' };
      if (!expired && stored.answer !== undefined) {
        return { outcome: 'answered', answer: stored.answer as JsonObject, rights: stored.rights };
      }
      if (!expired && stored.lockedUntilMs > nowMs) return { outcome: 'running' };
      const { id, ...fields } = options;
      return (await change(id, stored.attempt, { $set: fields, $unset: { answer: '' } }))
        ? { outcome: 'mine' }
        : { outcome: 'running' };
    },
    renew: (id, attempt, lockedUntilMs) => change(id, attempt, { $set: { lockedUntilMs } }),
    async complete(id, attempt, answer) {
      await change(id, attempt, { $set: { answer } });
    },
    async release(id, attempt) {
      await change(id, attempt, { $set: { lockedUntilMs: 0 } });
    },
  };
};
