import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { createRedisCaches } from '@verifiedfan/redis';
import { openOwnServer } from '../../src/index.ts';

const TTL = { ttlMs: 60_000 };

describe('a Redis server that is stopped under load and started again', () => {
  it('is unavailable meanwhile, and then takes values again without its scripts', async (test) => {
    const server = await openOwnServer('redis');
    test.after(() => server.close());
    const caches = createRedisCaches({ url: server.address, clock: systemClock, random: systemRandom });
    test.after(() => caches.close());
    const cache = caches.cache('load');
    const codes = new Set<unknown>();
    let stopping = false;
    let done = 0;
    const load = (async () => {
      while (!stopping) {
        const sets = Array.from({ length: 20 }, (_, index) => cache.set(`key-${index}`, index, { ...TTL, version: 1 }));
        for (const result of await Promise.allSettled(sets)) {
          if (result.status === 'fulfilled') done += 1;
          else codes.add(result.reason.code ?? result.reason);
        }
        await sleep(5);
      }
    })();
    await sleep(300);
    await server.stop();
    await assert.rejects(cache.get('key-1'), { code: 'unavailable', retryable: true });
    await assert.rejects(caches.verify(), { code: 'unavailable' });
    await server.start();
    const before = done;
    for (let attempt = 0; attempt < 600 && done === before; attempt += 1) await sleep(20);
    stopping = true;
    await load;
    assert.ok(done > before, 'the same driver writes again');
    assert.deepEqual([...codes], ['unavailable']);
    assert.deepEqual(await cache.get('key-1'), { value: 1, version: 1 });
  });
});
