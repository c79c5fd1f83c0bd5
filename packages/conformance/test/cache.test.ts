import { it } from 'node:test';
import type { Cache, JsonValue } from '@verifiedfan/ports';
import { type CacheSubject, cacheCases, registerMutants } from '../src/index.ts';
import { openCache } from './embedded-subjects.ts';

type Flaw = (subject: CacheSubject) => CacheSubject;

const inCache =
  (damage: (cache: Cache) => Partial<Cache>): Flaw =>
  (subject) => ({ ...subject, cache: { ...subject.cache, ...damage(subject.cache) } });
const settingWith = (change: (options: Parameters<Cache['set']>[2]) => Parameters<Cache['set']>[2]): Flaw =>
  inCache((cache) => ({ set: (key, value, options) => cache.set(key, value, change(options)) }));
const withoutVersion = settingWith(({ ttlMs }) => ({ ttlMs }));
const onlyOnce = inCache((cache) => ({
  set: async (key, value, options) => ((await cache.get(key)) ? true : cache.set(key, value, options)),
}));

const mutants: Record<string, Record<string, Flaw>> = {
  'hands back any JSON value with its version': {
    'takes null for nothing': inCache((cache) => ({
      get: async (key) => {
        const entry = await cache.get(key);
        return entry?.value === null ? undefined : entry;
      },
    })),
    'loses the version': withoutVersion,
  },
  'never answers an expired entry': {
    'keeps entries for ever': settingWith((options) => ({ ...options, ttlMs: 1e12 })),
  },
  'counts the life of an entry from its last set': { 'sets only what is absent': onlyOnce },
  'refuses an older version, and writes an equal one again': {
    'ignores versions': withoutVersion,
    'refuses equal versions': inCache((cache) => ({
      set: async (key, value, options) =>
        (await cache.get(key))?.version === options.version ? false : cache.set(key, value, options),
    })),
  },
  'lets a set without a version win': {
    'counts no version as the lowest': settingWith((options) => ({ version: 1, ...options })),
  },
  'removes an entry, and takes the removal of something unknown': {
    'does not remove': inCache(() => ({ delete: async () => {} })),
    'always leaves a tombstone': inCache((cache) => ({
      delete: (key, options) => cache.delete(key, { version: 9, ...options }),
    })),
  },
  'refuses what is older than a tombstone, as long as it stands': {
    'leaves no tombstone': inCache((cache) => ({ delete: (key) => cache.delete(key) })),
    'leaves tombstones for ever': inCache((cache) => ({
      delete: (key, options) => cache.delete(key, { ...options, tombstoneMs: 1e12 }),
    })),
  },
  'takes a newer version over a tombstone': {
    'refuses everything behind a tombstone': inCache((cache) => ({
      delete: (key) => cache.delete(key, { version: Number.MAX_SAFE_INTEGER }),
    })),
  },
  'refuses keys of more than 512 bytes, lives of nothing and versions below 1': {
    'cuts keys': inCache((cache) => ({ set: (key, value, options) => cache.set(key.slice(0, 511), value, options) })),
    'takes any life': settingWith((options) => ({ ...options, ttlMs: Math.max(options.ttlMs, 1) })),
    'takes any version': withoutVersion,
  },
  'shares no object with its callers': {
    'keeps the object itself': inCache((cache) => {
      const kept = new Map<string, JsonValue>();
      return {
        set: async (key, value, options) => {
          kept.set(key, value);
          return cache.set(key, value, options);
        },
        get: async (key) => ({ value: kept.get(key) ?? null, version: 0 }),
      };
    }),
  },
};

registerMutants({ title: 'cache', cases: cacheCases, it, open: openCache, mutants });
