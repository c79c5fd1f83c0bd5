import { type Cache, type Clock, type Database, type Document, PortError, type Random } from '@verifiedfan/ports';
import { createReadThrough } from '@verifiedfan/read-through';
import type { ServiceLog } from '@verifiedfan/service';
import { type Operation, operationField } from '../operation.ts';
import type { Promoter } from './promoter.ts';

/** A promoter with the request that created it, if it had an `idempotency-key`. */
export type StoredPromoter = { promoter: Promoter; operation: Operation };

/** Storage of promoters, with a cache before the reading of single ones. Knows neither HTTP nor rights. */
export type PromoterDatastore = {
  /**
   * From the cache: not older than the last write of any process that the cache was told of, and not older than `leastVersion` where the reader
   * knows of one.
   */
  read(id: string, leastVersion?: number): Promise<Promoter | undefined>;
  /** From the collection. */
  findById(id: string): Promise<StoredPromoter | undefined>;
  /** In the order of ids. */
  find(options: { after: string | undefined; limit: number }): Promise<Promoter[]>;
  /** Answers it with its version, which goes on where that of a removed one ended; undefined when there is one with this id. */
  insert(promoter: Omit<Promoter, 'version'>, operation: Operation): Promise<Promoter | undefined>;
  /** False when it is no longer the previous one. */
  replace(previous: StoredPromoter, next: Promoter): Promise<boolean>;
  /** False when it is no longer this one. */
  remove(promoter: Promoter): Promise<boolean>;
  /** Tells the cache what is stored: whoever wrote it may have died before. For repetitions, which find nothing left to write. */
  settle(id: string): Promise<void>;
};

export type PromoterDatastoreOptions = {
  database: Database;
  cache: Cache;
  clock: Clock;
  random: Pick<Random, 'next'>;
  log: ServiceLog;
  /** How long a cached promoter lives, in milliseconds: how long another process may read the one before. @default 60_000 */
  ttlMs?: number | undefined;
};

/**
 * What is stored under an id: a promoter, or the version under which one was removed. That stays, or an editor of the removed one could change
 * its successor, whose version would be the same again.
 */
type Row = Document & { _id: string; version: number; operation?: string; removedAt?: string };

const toStored = (row: Row | null | undefined): StoredPromoter | undefined => {
  if (row === null || row === undefined || row.removedAt !== undefined) return undefined;
  const { operation, ...promoter } = row;
  return { promoter: promoter as unknown as Promoter, operation };
};

const isTaken = (error: unknown): boolean => error instanceof PortError && error.code === 'duplicate_key';

export const createPromoterDatastore = (options: PromoterDatastoreOptions): PromoterDatastore => {
  const { database, cache, clock, random, log, ttlMs = 60_000 } = options;
  const promoters = database.collection<Row>('promoters');
  const reads = createReadThrough<Promoter>({
    ...{ name: 'promoters', format: 1, cache, clock, random, log, ttlMs },
    // A promoter that was looked for just before it was created would be missing for that long where the cache did not learn of it.
    absentTtlMs: 5_000,
    versionOf: ({ version }) => version,
  });
  const changed = (value: Promoter): Promise<void> =>
    reads.changed({ parameters: { id: value._id }, version: value.version, value });

  const removed = (id: string, version: number): Promise<void> => reads.changed({ parameters: { id }, version });

  const findById = async (id: string): Promise<StoredPromoter | undefined> => toStored(await promoters.findById(id));

  const swap = async ({ _id, version }: Pick<Row, '_id' | 'version'>, replacement: Row): Promise<boolean> => {
    const [result] = await promoters.bulkWrite([{ replaceOne: { filter: { _id, version }, replacement } }]);
    if (result?.outcome === 'failed') throw result.error;
    return result?.matched === 1;
  };

  /** Writes it where nothing is; else, behind one that was removed, over what that left. */
  const insertRow = async (row: Row): Promise<Row | undefined> => {
    try {
      await promoters.insertOne(row);
      return row;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    const before = await promoters.findById(row._id);
    if (before?.removedAt === undefined) return undefined;
    const next = { ...row, version: before.version + 1 };
    return (await swap(before, next)) ? next : undefined;
  };

  return {
    read: (id, leastVersion) =>
      reads.read({ parameters: { id }, load: async () => (await findById(id))?.promoter, leastVersion }),
    findById,
    async find({ after, limit }) {
      const filter = { removedAt: { $exists: false }, ...(after === undefined ? {} : { _id: { $gt: after } }) };
      const rows = await promoters.find({ filter, sort: [['_id', 1]], limit });
      return rows.flatMap((row) => toStored(row)?.promoter ?? []);
    },
    async insert(promoter, operation) {
      const row = await insertRow({ ...promoter, version: 1, ...operationField(operation) });
      const inserted = toStored(row)?.promoter;
      if (inserted !== undefined) await changed(inserted);
      return inserted;
    },
    async replace({ promoter, operation }, next) {
      if (!(await swap(promoter, { ...next, ...operationField(operation) }))) return false;
      await changed(next);
      return true;
    },
    async remove({ _id, version }) {
      const removedAt = new Date(clock.now()).toISOString();
      if (!(await swap({ _id, version }, { _id, version: version + 1, removedAt }))) return false;
      await removed(_id, version);
      return true;
    },
    async settle(id) {
      const row = await promoters.findById(id);
      const promoter = toStored(row)?.promoter;
      if (promoter !== undefined) await changed(promoter);
      else if (row !== null && row !== undefined) await removed(id, row.version - 1);
    },
  };
};
