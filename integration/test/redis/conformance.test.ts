import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheSuite } from '@verifiedfan/conformance';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { createRedisCaches } from '@verifiedfan/redis';
import { serverAddress } from '../../src/index.ts';

describe('Redis', () => {
  cacheSuite({
    it,
    open: async () => {
      const caches = createRedisCaches({
        url: serverAddress('redis'),
        namespace: randomUUID(),
        clock: systemClock,
        random: systemRandom,
      });
      // Redis counts by its own clock, so time has to pass for real.
      return { cache: caches.cache('test'), pass: (durationMs) => sleep(durationMs), close: caches.close };
    },
    close: async (subject) => {
      if ('close' in subject && typeof subject.close === 'function') await subject.close();
    },
  });
});
