import type { TestContext } from 'node:test';
import { openSqliteCache } from '@verifiedfan/embedded';
import type { Cache } from '@verifiedfan/ports';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { createReadThrough, type ReadThroughOptions } from '../src/index.ts';

export type Thing = { name: string; version: number };

/** A reader over a real cache in memory, and a source that counts how often it was asked. */
export const setUp = (test: TestContext, options: Partial<ReadThroughOptions<Thing>> = {}) => {
  const clock = createManualClock();
  const cache = openSqliteCache({ location: ':memory:', clock });
  test.after(() => cache.close());
  const shared = { name: 'things', format: 1, cache, clock, random: createSeededRandom({ seed: 1 }), ttlMs: 60_000 };
  const things = createReadThrough<Thing>({ ...shared, ...options });
  const source = { calls: 0, thing: { name: 'one', version: 1 } as Thing | undefined };
  const load = async (): Promise<Thing | undefined> => {
    source.calls += 1;
    return source.thing;
  };
  const read = (query: string | Record<string, string> = 'a', more: { leastVersion?: number } = {}) =>
    things.read({ parameters: typeof query === 'string' ? { query } : query, load, ...more });
  return { clock, cache, things, source, load, read, shared };
};

/** A cache that notes its keys and does what `spoil` says instead of answering. */
export const spoilt = (cache: Cache, spoil: { how?: (() => Promise<never>) | undefined }) => {
  const calls: string[] = [];
  const around =
    <Args extends [string, ...unknown[]], Answer>(name: string, call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      calls.push(`${name} ${args[0]}`);
      return spoil.how === undefined ? call(...args) : spoil.how();
    };
  const wrapped: Cache = {
    get: around('get', (key: string) => cache.get(key)),
    set: around('set', (...args: Parameters<Cache['set']>) => cache.set(...args)),
    delete: around('delete', (...args: Parameters<Cache['delete']>) => cache.delete(...args)),
  };
  return { cache: wrapped, calls };
};
