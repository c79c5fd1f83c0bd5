import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, nextTurn } from '@verifiedfan/test-utils';
import { createReadThrough } from '../src/index.ts';
import { setUp, spoilt, type Thing } from './set-up.ts';

const isCode = (code: string) => (error: unknown) => error instanceof Error && Reflect.get(error, 'code') === code;
const gone = async (): Promise<never> => Promise.reject(new Error('gone'));

describe('a cache that fails', () => {
  it('is passed by, and after some failures left alone for a while', async (test) => {
    const { shared, load, source, clock } = setUp(test);
    const spoil = { how: gone as (() => Promise<never>) | undefined };
    const { cache, calls } = spoilt(shared.cache, spoil);
    const things = createReadThrough<Thing>({ ...shared, cache, cacheFailures: 4, restMs: 5_000 });
    const read = () => things.read({ parameters: { query: 'a' }, load });
    for (let n = 0; n < 5; n += 1) assert.equal((await read())?.name, 'one');
    assert.equal(source.calls, 5);
    assert.equal(calls.length, 4, 'get and set of two reads, then nothing');
    spoil.how = undefined;
    await clock.advance(5_000);
    await read();
    await read();
    assert.equal(source.calls, 6);
  });

  it('is not waited for longer than it may take', async (test) => {
    const { shared, load, clock } = setUp(test);
    const { cache } = spoilt(shared.cache, { how: () => new Promise<never>(() => {}) });
    const things = createReadThrough<Thing>({ ...shared, cache, cacheTimeoutMs: 250 });
    const reading = things.read({ parameters: { query: 'a' }, load });
    await clock.waitForSleepers();
    await clock.advance(250); // get
    await clock.waitForSleepers();
    await clock.advance(250); // set
    assert.equal((await reading)?.name, 'one');
  });

  it('holding what somebody else wrote counts as empty', async (test) => {
    const { shared, read, source, cache } = setUp(test);
    const noting = spoilt(cache, {});
    const first = createReadThrough<Thing>({ ...shared, cache: noting.cache });
    await first.read({ parameters: { query: 'a' }, load: async () => undefined });
    const key = noting.calls[0]?.slice('get '.length) ?? '';
    for (const value of ['text', null, [1], { value: { name: 'forged', version: 1 } }, { until: 'soon' }]) {
      await cache.set(key, value, { ttlMs: 1_000 });
      assert.equal((await read('a'))?.name, 'one');
    }
    assert.equal(source.calls, 5);
  });
});

describe('a slow source', () => {
  it('is asked by so many at once, the next wait, and more are turned away', async (test) => {
    const { things } = setUp(test, { maxLoads: 2, maxWaiting: 1 });
    const gate = createGate();
    let running = 0;
    const load = async (): Promise<Thing> => {
      running += 1;
      await gate.wait();
      return { name: 'slow', version: 1 };
    };
    const reads = ['a', 'b', 'c'].map((query) => things.read({ parameters: { query }, load }));
    await nextTurn();
    await nextTurn();
    assert.equal(running, 2);
    await assert.rejects(things.read({ parameters: { query: 'd' }, load }), isCode('overloaded'));
    gate.open();
    assert.equal((await Promise.all(reads)).length, 3);
    assert.equal(running, 3);
  });

  it('goes on for those who stay when one reader aborts, and is told when all have left', async (test) => {
    const { things } = setUp(test);
    const gate = createGate();
    let told: AbortSignal | undefined;
    const load = async (signal: AbortSignal): Promise<Thing> => {
      told = signal;
      await gate.wait();
      return { name: 'slow', version: 1 };
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const readers = [first, second].map(({ signal }) => things.read({ parameters: { query: 'a' }, load, signal }));
    await nextTurn();
    first.abort();
    await assert.rejects(readers[0] ?? gone(), isCode('aborted'));
    assert.equal(told?.aborted, false);
    second.abort();
    await assert.rejects(readers[1] ?? gone(), isCode('aborted'));
    assert.equal(told?.aborted, true);
    gate.open();
  });

  it('refuses a reader whose signal has aborted already, and frees the place of one who waits', async (test) => {
    const { things, load, source } = setUp(test, { maxLoads: 1, maxWaiting: 1 });
    const gate = createGate();
    const slow = async (): Promise<undefined> => gate.wait().then(() => undefined);
    const first = things.read({ parameters: { query: 'slow' }, load: slow });
    await nextTurn();
    const leaving = new AbortController();
    const waiting = things.read({ parameters: { query: 'b' }, load, signal: leaving.signal });
    await nextTurn();
    leaving.abort();
    await assert.rejects(waiting, isCode('aborted'));
    await assert.rejects(waiting, isCode('aborted'));
    const next = things.read({ parameters: { query: 'c' }, load });
    gate.open();
    await first;
    assert.equal((await next)?.name, 'one');
    await assert.rejects(things.read({ parameters: { query: 'e' }, load, signal: leaving.signal }), isCode('aborted'));
    assert.equal(source.calls, 1);
  });
});
