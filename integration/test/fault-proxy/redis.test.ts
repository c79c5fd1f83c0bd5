import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import type { Cache } from '@verifiedfan/ports';
import { createRedisCaches } from '@verifiedfan/redis';
import { serverAddress, uniqueName } from '../../src/index.ts';
import { isPortError, startTcpProxy } from './set-up.ts';

const TTL = { ttlMs: 60_000 };

/** The connection is made again by itself; until then calls say unavailable. */
const untilBack = async (cache: Cache): Promise<void> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const isBack = await cache.get('any').then(
      () => true,
      () => false,
    );
    if (isBack) return;
    await systemClock.sleep(20);
  }
};

describe('a cache behind the TCP fault proxy', () => {
  for (const kind of ['cut-request', 'lose-answer', 'cut-answer'] as const) {
    it(`says unavailable when a connection is broken by ${kind}, connects again, and keeps the newer version`, async (test) => {
      const { proxy, port } = await startTcpProxy(test, { port: Number(new URL(serverAddress('redis')).port) });
      const namespace = uniqueName('faults');
      const caches = createRedisCaches({
        url: `redis://127.0.0.1:${port}`,
        namespace,
        clock: systemClock,
        random: systemRandom,
      });
      test.after(() => caches.close());
      const cache = caches.cache('test');
      assert.equal(await cache.set('fan', 'kept', { ...TTL, version: 2 }), true);
      proxy.add({ kind, contains: 'broken', times: 1 });
      const sets = Array.from({ length: 20 }, (_, index) =>
        cache.set(`key-${index}`, 'broken', { ...TTL, version: 1 }).catch((error: unknown) => error),
      );
      const outcomes = await Promise.all(sets);
      assert.equal(proxy.counts().injected[kind], 1);
      const errors = outcomes.filter((outcome) => outcome !== true);
      assert.ok(errors.length > 0 && errors.every(isPortError('unavailable')));
      await untilBack(cache);
      // Whether the lost ones were stored or not: setting them again under a newer version does.
      for (const index of sets.keys())
        assert.equal(await cache.set(`key-${index}`, 'new', { ...TTL, version: 2 }), true);
      assert.equal(await cache.set('fan', 'older', { ...TTL, version: 1 }), false);
      assert.deepEqual(await cache.get('key-3'), { value: 'new', version: 2 });
    });
  }
});
