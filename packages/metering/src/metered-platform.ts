import type { Cache, Platform } from '@verifiedfan/ports';
import type { Meter } from './meter.ts';
import { meteredBucket } from './metered-bucket.ts';
import { meteredQueue } from './metered-queue.ts';
import { meteredStream } from './metered-stream.ts';
import { meteredTable } from './metered-table.ts';

/**
 * The same platform, whatever it runs on, with every call of a table, stream, queue, bucket or cache counted as AWS would bill it. Databases
 * and topics run on clusters that are paid by the hour and are left alone.
 */
export const metered = (platform: Platform, meter: Meter): Platform => ({
  ...withLive(platform),
  table: perName((name) => meteredTable(platform.table(name), meter)),
  stream: perName((name) => meteredStream(platform.stream(name), meter)),
  queue: perName((name) => meteredQueue(platform.queue(name), meter)),
  bucket: perName((name) => meteredBucket(platform.bucket(name), meter)),
  cache: perName((name) => meteredCache(name, platform.cache(name), meter)),
});

/** Getters stay getters: what a platform opens when it is first asked for must not be opened by wrapping it. */
const withLive = (platform: Platform): Platform =>
  Object.defineProperties({} as Platform, Object.getOwnPropertyDescriptors(platform));

const perName = <Resource>(make: (name: string) => Resource): ((name: string) => Resource) => {
  const made = new Map<string, Resource>();
  return (name) => {
    const resource = made.get(name) ?? make(name);
    made.set(name, resource);
    return resource;
  };
};

const meteredCache = (resource: string, cache: Cache, meter: Meter): Cache => {
  const add = (operation: string): void =>
    meter.add({ service: 'Redis', resource, operation, requests: 1, entries: 1, bytes: 0, unit: 'free', units: 0 });
  return {
    async get(key) {
      add('get');
      return cache.get(key);
    },
    async set(key, value, options) {
      add('set');
      return cache.set(key, value, options);
    },
    async delete(key, options) {
      add('delete');
      await cache.delete(key, options);
    },
  };
};
