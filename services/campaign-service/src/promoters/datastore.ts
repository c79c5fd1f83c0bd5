import { type Cache, type Clock, type Database, PortError, type Random } from '@verifiedfan/ports';
import { createReadThrough } from '@verifiedfan/read-through';
import type { ServiceLog } from '@verifiedfan/service';
import type { Promoter } from './promoter.ts';

/** Storage of promoters, with a cache before the reading of single ones. Knows neither HTTP nor rights. */
export type PromoterDatastore = {
  /** From the cache: never older than what this process wrote, elsewhere at most as old as an entry lives. */
  read(id: string): Promise<Promoter | undefined>;
  /** From the collection. */
  findById(id: string): Promise<Promoter | undefined>;
  /** In the order of ids. */
  find(options: { after: string | undefined; limit: number }): Promise<Promoter[]>;
  /** False when there is one with this id. */
  insert(promoter: Promoter): Promise<boolean>;
  /** False when it is no longer the previous one. */
  replace(previous: Promoter, next: Promoter): Promise<boolean>;
  /** False when it is no longer this one. */
  remove(promoter: Promoter): Promise<boolean>;
};

export type PromoterDatastoreOptions = {
  database: Database;
  cache: Cache;
  replica?: { cache: Cache; lagMs: number } | undefined;
  clock: Clock;
  random: Pick<Random, 'next'>;
  log: ServiceLog;
  /** How long a cached promoter lives, in milliseconds: how long another process may read the one before. @default 60_000 */
  ttlMs?: number | undefined;
};

export const createPromoterDatastore = (options: PromoterDatastoreOptions): PromoterDatastore => {
  const { database, cache, replica, clock, random, log, ttlMs = 60_000 } = options;
  const promoters = database.collection<Promoter>('promoters');
  const versionOf = ({ version }: Promoter): number => version;
  const reads = createReadThrough<Promoter>({
    ...{ name: 'promoters', format: 1, cache, replica, clock, random, log, ttlMs },
    // A promoter that was looked for just before it was created would be missing for that long elsewhere.
    absentTtlMs: 5_000,
    versionOf,
  });
  const changed = (value: Promoter): Promise<void> =>
    reads.changed({ parameters: { id: value._id }, version: value.version, value });

  return {
    read: (id) => reads.read({ parameters: { id }, load: () => promoters.findById(id) }),
    findById: (id) => promoters.findById(id),
    find: ({ after, limit }) =>
      promoters.find({ filter: after === undefined ? {} : { _id: { $gt: after } }, sort: [['_id', 1]], limit }),
    async insert(promoter) {
      try {
        await promoters.insertOne(promoter);
      } catch (error) {
        if (error instanceof PortError && error.code === 'duplicate_key') return false;
        throw error;
      }
      await changed(promoter);
      return true;
    },
    async replace({ _id, version }, next) {
      const [result] = await promoters.bulkWrite([{ replaceOne: { filter: { _id, version }, replacement: next } }]);
      if (result?.outcome === 'failed') throw result.error;
      if (result?.matched !== 1) return false;
      await changed(next);
      return true;
    },
    async remove({ _id, version }) {
      if ((await promoters.deleteOne({ _id, version })) !== 1) return false;
      await reads.changed({ parameters: { id: _id }, version });
      return true;
    },
  };
};
