import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createManualClock, openSqliteCache, systemClock, systemRandom } from '@verifiedfan/embedded';
import type { Cache } from '@verifiedfan/ports';
import { createRedisCaches } from '@verifiedfan/redis';
import { differential, type Pair, runOptions, type Side, serverAddress, uniqueName } from '../../../src/index.ts';
import { type CacheOperation, cacheOperations } from './operations.ts';

type Subject = { cache: Cache; pass(durationMs: number): Promise<void>; close(): Promise<void> };

const LIFE_MS = 20;

const cacheSide = ({ cache, pass, close }: Subject): Side<CacheOperation> => {
  const used = new Set<string>();
  return {
    close,
    async play(operation) {
      if ('get' in operation) return cache.get(operation.get);
      if ('set' in operation) {
        used.add(operation.set);
        return cache.set(operation.set, operation.value, operation.options);
      }
      if ('delete' in operation) return cache.delete(operation.delete, operation.options);
      const { expire, what, version } = operation;
      if (what === 'entry') await cache.set(expire, 'short', { ttlMs: LIFE_MS, version });
      else await cache.delete(expire, { version, tombstoneMs: LIFE_MS });
      await pass(LIFE_MS * 2);
      return cache.get(expire);
    },
    settle: () => Promise.all([...used].filter((key) => key.length <= 512).map((key) => cache.get(key))),
  };
};

const open = async (): Promise<Pair<CacheOperation>> => {
  const clock = createManualClock();
  const sqlite = openSqliteCache({ location: ':memory:', clock });
  const caches = createRedisCaches({
    url: serverAddress('redis'),
    namespace: uniqueName('differential'),
    clock: systemClock,
    random: systemRandom,
  });
  return {
    embedded: cacheSide({ cache: sqlite, pass: clock.advance, close: async () => sqlite.close() }),
    server: cacheSide({ cache: caches.cache('test'), pass: (durationMs) => sleep(durationMs), close: caches.close }),
  };
};

describe('the embedded cache beside Redis', () => {
  differential({ it, title: 'a cache', generator: cacheOperations, open, ...runOptions() });
});
