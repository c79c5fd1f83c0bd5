import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate } from '@verifiedfan/test-utils';
import { createReadThrough, normaliseText } from '../src/index.ts';
import { setUp, spoilt, type Thing } from './set-up.ts';

const isCode = (code: string) => (error: unknown) => error instanceof Error && Reflect.get(error, 'code') === code;

describe('reading through a cache', () => {
  it('asks the source once while the value is fresh, and again when it is not', async (test) => {
    const { read, source, clock } = setUp(test, { jitter: 0 });
    assert.deepEqual(await read(), { name: 'one', version: 1 });
    source.thing = { name: 'two', version: 2 };
    await clock.advance(59_999);
    assert.equal((await read())?.name, 'one');
    await clock.advance(1);
    assert.equal((await read())?.name, 'two');
    assert.equal(source.calls, 2);
  });

  it('makes one call of the source for 10,000 callers on one cold key', async (test) => {
    const { things, source, shared } = setUp(test);
    const gate = createGate();
    const load = async (): Promise<Thing | undefined> => {
      source.calls += 1;
      await gate.wait();
      return source.thing;
    };
    const callers = Array.from({ length: 10_000 }, () => things.read({ parameters: { query: 'cold' }, load }));
    gate.open();
    const answers = await Promise.all(callers);
    assert.equal(source.calls, 1);
    assert.ok(answers.every((answer) => answer?.name === 'one'));
    // A process that starts later finds it in the cache.
    const other = createReadThrough<Thing>(shared);
    await other.read({ parameters: { query: 'cold' }, load });
    assert.equal(source.calls, 1);
  });

  it('takes parameters in any order for the same, and other values, names and formats for others', async (test) => {
    const { read, source, shared, load } = setUp(test);
    await read({ q: 'a', locale: 'en' });
    await read({ locale: 'en', q: 'a' });
    assert.equal(source.calls, 1);
    await read({ q: 'a,locale:en' });
    await read({ q: 'a', locale: 'de' });
    await createReadThrough<Thing>({ ...shared, format: 2 }).read({ parameters: { q: 'a', locale: 'en' }, load });
    await createReadThrough<Thing>({ ...shared, name: 'other' }).read({ parameters: { q: 'a', locale: 'en' }, load });
    assert.equal(source.calls, 5);
  });

  it('makes keys of one length without what was asked for, whatever delimiters and names that holds', async (test) => {
    const { shared, load } = setUp(test);
    const { cache, calls } = spoilt(shared.cache, {});
    const things = createReadThrough<Thing>({ ...shared, cache });
    const queries = ['a', 'a:b', 'a\r\nSET x y', '*', 'ü'.repeat(200), '__proto__'];
    for (const query of queries) await things.read({ parameters: { query, __proto__: null, [query]: 1 }, load });
    const keys = calls.filter((call) => call.startsWith('get ')).map((call) => call.slice(4));
    assert.equal(new Set(keys).size, queries.length);
    assert.ok(keys.every((key) => /^things:1:[\w-]{43}$/.test(key)));
  });

  it('refuses parameters that are too long or not JSON before anything is read', async (test) => {
    const { read, things, load, source } = setUp(test);
    await assert.rejects(read('x'.repeat(1_100)), isCode('invalid_parameters'));
    const circle: Record<string, never> = {};
    Object.assign(circle, { circle });
    await assert.rejects(things.read({ parameters: circle, load }), isCode('invalid_parameters'));
    assert.equal(source.calls, 0);
  });

  it('remembers for a short while that there is nothing', async (test) => {
    const { read, source, clock } = setUp(test, { absentTtlMs: 5_000, jitter: 0 });
    source.thing = undefined;
    assert.equal(await read(), undefined);
    source.thing = { name: 'new', version: 1 };
    await clock.advance(4_999);
    assert.equal(await read(), undefined);
    await clock.advance(1);
    assert.equal((await read())?.name, 'new');
    assert.equal(source.calls, 2);
  });

  it('shortens lives at random, so that what was stored together does not end together', async (test) => {
    const { read, source, clock } = setUp(test, { jitter: 0.5 });
    for (let n = 0; n < 40; n += 1) await read(`q${n}`);
    await clock.advance(45_000);
    source.calls = 0;
    for (let n = 0; n < 40; n += 1) await read(`q${n}`);
    assert.ok(source.calls > 5 && source.calls < 35, `${source.calls} of 40 ended in the middle`);
  });

  it('never stores an error', async (test) => {
    const { things, read } = setUp(test);
    const load = async () => Promise.reject(new Error('down'));
    await assert.rejects(things.read({ parameters: { query: 'a' }, load }), /down/);
    assert.equal((await read('a'))?.name, 'one');
  });

  it('normalises text as people mean it', () => {
    assert.equal(normaliseText('  Taylor \u00a0 SWIFT '), 'taylor swift');
    assert.equal(normaliseText('Cafe\u0301'), normaliseText('café'));
  });
});

describe('a stale value', () => {
  it('is served at once while one newer value is fetched', async (test) => {
    const { things, read, source, clock } = setUp(test, { staleMs: 30_000, jitter: 0 });
    await read();
    await clock.advance(60_000);
    source.thing = { name: 'two', version: 2 };
    const answers = await Promise.all(Array.from({ length: 100 }, () => read()));
    assert.ok(answers.every((answer) => answer?.name === 'one'));
    await things.settled();
    assert.equal((await read())?.name, 'two');
    assert.equal(source.calls, 2);
  });

  it('is served while the source is down, which is not asked by every reader', async (test) => {
    const { things, clock, read, source } = setUp(test, { staleMs: 30_000, jitter: 0, restMs: 5_000 });
    await read();
    await clock.advance(60_000);
    const down = async (): Promise<never> => {
      source.calls += 1;
      throw new Error('down');
    };
    const stale = () => things.read({ parameters: { query: 'a' }, load: down });
    for (let n = 0; n < 3; n += 1) {
      assert.equal((await stale())?.name, 'one');
      await things.settled();
    }
    assert.equal(source.calls, 2);
    await clock.advance(5_000);
    await stale();
    await things.settled();
    assert.equal(source.calls, 3);
    await clock.advance(30_000);
    await assert.rejects(stale(), /down/);
  });
});
