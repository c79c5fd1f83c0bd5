import assert from 'node:assert/strict';
import type { Cache } from '@verifiedfan/ports';
import { assertCode } from './expect.ts';
import { type Case, createSuite } from './suite.ts';

/** An empty cache. `pass` lets time go by for the driver. */
export type CacheSubject = { cache: Cache; pass(durationMs: number): Promise<void> };

const LONG_MS = 600_000;
const storedValue = async (cache: Cache, key = 'k') => (await cache.get(key))?.value;

export const cacheCases: readonly Case<CacheSubject>[] = [
  {
    name: 'hands back any JSON value with its version',
    async run(open) {
      const { cache } = await open();
      for (const value of [null, false, 0, '', [], { a: [1, { b: 'é✓' }] }]) {
        assert.equal(await cache.set('k', value, { ttlMs: LONG_MS, version: 7 }), true);
        assert.deepEqual(await cache.get('k'), { value, version: 7 });
      }
      assert.equal(await cache.get('other'), undefined);
    },
  },
  {
    name: 'never answers an expired entry',
    async run(open) {
      const { cache, pass } = await open();
      await cache.set('short', 1, { ttlMs: 1_000 });
      await cache.set('long', 2, { ttlMs: LONG_MS });
      assert.equal(await storedValue(cache, 'short'), 1);
      await pass(1_100);
      assert.deepEqual([await cache.get('short'), await storedValue(cache, 'long')], [undefined, 2]);
    },
  },
  {
    name: 'counts the life of an entry from its last set',
    async run(open) {
      const { cache, pass } = await open();
      await cache.set('k', 1, { ttlMs: 1_000 });
      await cache.set('k', 2, { ttlMs: 5_000 });
      await pass(1_500);
      assert.equal(await storedValue(cache), 2);
    },
  },
  {
    name: 'refuses an older version, and writes an equal one again',
    async run(open) {
      const { cache } = await open();
      assert.equal(await cache.set('k', 'two', { ttlMs: LONG_MS, version: 2 }), true);
      assert.equal(await cache.set('k', 'one', { ttlMs: LONG_MS, version: 1 }), false);
      assert.equal(await storedValue(cache), 'two');
      assert.equal(await cache.set('k', 'two again', { ttlMs: LONG_MS, version: 2 }), true);
      assert.equal(await storedValue(cache), 'two again');
      assert.equal(await cache.set('k', 'three', { ttlMs: LONG_MS, version: 3 }), true);
      assert.equal(await storedValue(cache), 'three');
    },
  },
  {
    name: 'lets a set without a version win',
    async run(open) {
      const { cache } = await open();
      await cache.set('k', 'five', { ttlMs: LONG_MS, version: 5 });
      assert.equal(await cache.set('k', 'plain', { ttlMs: LONG_MS }), true);
      assert.equal(await storedValue(cache), 'plain');
    },
  },
  {
    name: 'removes an entry, and takes the removal of something unknown',
    async run(open) {
      const { cache } = await open();
      await cache.set('k', 1, { ttlMs: LONG_MS, version: 3 });
      await cache.delete('k');
      await cache.delete('never');
      assert.equal(await cache.get('k'), undefined);
      assert.equal(await cache.set('k', 2, { ttlMs: LONG_MS, version: 1 }), true, 'no tombstone was asked for');
    },
  },
  {
    name: 'refuses what is older than a tombstone, as long as it stands',
    async run(open) {
      const { cache, pass } = await open();
      await cache.set('k', 'two', { ttlMs: LONG_MS, version: 2 });
      await cache.delete('k', { version: 3, tombstoneMs: 2_000 });
      assert.equal(await cache.get('k'), undefined);
      assert.equal(await cache.set('k', 'late', { ttlMs: LONG_MS, version: 2 }), false);
      assert.equal(await cache.get('k'), undefined);
      await pass(2_100);
      assert.equal(await cache.set('k', 'two', { ttlMs: LONG_MS, version: 2 }), true);
    },
  },
  {
    name: 'takes a newer version over a tombstone',
    async run(open) {
      const { cache } = await open();
      await cache.delete('k', { version: 3 });
      assert.equal(await cache.set('k', 'four', { ttlMs: LONG_MS, version: 4 }), true);
      assert.deepEqual(await cache.get('k'), { value: 'four', version: 4 });
    },
  },
  {
    name: 'refuses keys of more than 512 bytes, lives of nothing and versions below 1',
    async run(open) {
      const { cache } = await open();
      const longest = `${'k'.repeat(510)}é`;
      assert.equal(await cache.set(longest, 1, { ttlMs: LONG_MS }), true);
      assert.equal(await storedValue(cache, longest), 1);
      await assertCode(cache.set(`${longest}k`, 1, { ttlMs: LONG_MS }), 'validation');
      await assertCode(cache.set('k', 1, { ttlMs: 0 }), 'validation');
      await assertCode(cache.set('k', 1, { ttlMs: LONG_MS, version: 0 }), 'validation');
    },
  },
  {
    name: 'shares no object with its callers',
    async run(open) {
      const { cache } = await open();
      const value = { list: [1] };
      await cache.set('k', value, { ttlMs: LONG_MS });
      value.list.push(2);
      assert.deepEqual(await storedValue(cache), { list: [1] });
    },
  },
];

/** Registers the cases of a cache. */
export const cacheSuite = createSuite('cache', cacheCases);
