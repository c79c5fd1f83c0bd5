import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openSqliteCache } from '@verifiedfan/embedded';
import type { Cache } from '@verifiedfan/ports';
import { createGate, nextTurn } from '@verifiedfan/test-utils';
import { createReadThrough, type ReadThroughOptions } from '../src/index.ts';
import { setUp, spoilt, type Thing } from './set-up.ts';

const versionOf = ({ version }: Thing): number => version;
const parameters = { query: 'a' };

describe('a change', () => {
  it('is what is read next, by every process', async (test) => {
    const { things, read, source, shared, load } = setUp(test, { versionOf });
    await read();
    await things.changed({ parameters, version: 2, value: { name: 'two', version: 2 } });
    assert.equal((await read())?.name, 'two');
    const other = createReadThrough<Thing>({ ...shared, versionOf });
    assert.equal((await other.read({ parameters, load }))?.name, 'two');
    assert.equal(source.calls, 1);
  });

  it('is not undone by a reader that was slower', async (test) => {
    const { things, read, source } = setUp(test, { versionOf });
    const gate = createGate();
    const slow = async (): Promise<Thing> => {
      await gate.wait();
      return { name: 'one', version: 1 };
    };
    const reading = things.read({ parameters, load: slow });
    await nextTurn();
    await things.changed({ parameters, version: 2, value: { name: 'two', version: 2 } });
    // Who comes after the write does not wait with those who came before it.
    assert.equal((await read())?.name, 'two');
    gate.open();
    await reading;
    assert.equal((await read())?.name, 'two');
    assert.equal(source.calls, 0);
  });

  it('is not undone by a slower reader of another process, nor by one that had found nothing', async (test) => {
    const { things, read, shared } = setUp(test, { versionOf });
    const other = createReadThrough<Thing>({ ...shared, versionOf });
    for (const old of [{ name: 'one', version: 1 }, undefined]) {
      const gate = createGate();
      const reading = other.read({
        parameters: { query: 'b', old: old === undefined },
        load: async () => gate.wait().then(() => old),
      });
      await nextTurn();
      await things.changed({
        parameters: { query: 'b', old: old === undefined },
        version: 2,
        value: { name: 'two', version: 2 },
      });
      gate.open();
      await reading;
      const again = await other.read({
        parameters: { query: 'b', old: old === undefined },
        load: async () => undefined,
      });
      assert.equal(again?.name, 'two');
    }
    assert.equal((await read())?.name, 'one');
  });

  it('that removes is not undone by a slower reader', async (test) => {
    const { things, source, read, shared } = setUp(test, { versionOf });
    await read();
    const other = createReadThrough<Thing>({ ...shared, versionOf });
    const gate = createGate();
    await shared.clock.advance(60_000);
    const late = other.read({ parameters, load: async () => gate.wait().then(() => ({ name: 'one', version: 1 })) });
    await nextTurn();
    source.thing = undefined;
    await things.changed({ parameters, version: 1 });
    gate.open();
    await late;
    assert.equal(await read(), undefined);
    assert.equal(await other.read({ parameters, load: async () => undefined }), undefined);
  });

  it('that the cache does not learn of is still what this process reads', async (test) => {
    const { shared, load, source } = setUp(test);
    const spoil: { how?: (() => Promise<never>) | undefined } = {};
    const { cache } = spoilt(shared.cache, spoil);
    const things = createReadThrough<Thing>({ ...shared, cache, versionOf, cacheFailures: 100 });
    const read = () => things.read({ parameters, load });
    await read();
    spoil.how = async () => Promise.reject(new Error('gone'));
    source.thing = { name: 'two', version: 2 };
    await things.changed({ parameters, version: 2, value: source.thing });
    spoil.how = undefined;
    assert.equal((await read())?.name, 'two');
  });
});

describe('two writes at once', () => {
  it('leave nobody with the older one, also when the cache learned of that last', async (test) => {
    const { shared, load, source } = setUp(test);
    const gate = createGate();
    let sets = 0;
    const cache: Cache = {
      ...spoilt(shared.cache, {}).cache,
      async set(...call) {
        sets += 1;
        const isSecond = sets === 2;
        if (isSecond) throw new Error('gone');
        await gate.wait();
        return shared.cache.set(...call);
      },
    };
    const things = createReadThrough<Thing>({ ...shared, cache, versionOf });
    const older = things.changed({ parameters, version: 2, value: { name: 'two', version: 2 } });
    source.thing = { name: 'three', version: 3 };
    await things.changed({ parameters, version: 3, value: source.thing });
    gate.open();
    await older;
    assert.equal((await things.read({ parameters, load }))?.name, 'three');
  });

  it('leave no older value in the cache when the cache did not learn of the newer one', async (test) => {
    const { shared, load, source } = setUp(test);
    const spoil: { how?: (() => Promise<never>) | undefined } = {};
    const { cache } = spoilt(shared.cache, spoil);
    const things = createReadThrough<Thing>({ ...shared, cache, versionOf });
    const gate = createGate();
    const reading = things.read({
      parameters,
      load: async () => gate.wait().then(() => ({ name: 'one', version: 1 })),
    });
    await nextTurn();
    spoil.how = async () => Promise.reject(new Error('gone'));
    source.thing = { name: 'two', version: 2 };
    await things.changed({ parameters, version: 2, value: source.thing });
    spoil.how = undefined;
    gate.open();
    await reading;
    const other = createReadThrough<Thing>({ ...shared, versionOf });
    assert.equal((await other.read({ parameters, load }))?.name, 'two');
  });
});

describe('a replica that lags behind', () => {
  const withReplica = (test: TestContext, options: Partial<ReadThroughOptions<Thing>> = {}) => {
    const made = setUp(test);
    const copy = openSqliteCache({ location: ':memory:', clock: made.clock });
    test.after(() => copy.close());
    const replica = spoilt(copy, {});
    const primary = spoilt(made.shared.cache, {});
    const create = () =>
      createReadThrough<Thing>({ ...made.shared, cache: primary.cache, ...options, replica: replica.cache });
    const things = create();
    const read = (leastVersion = 0) => things.read({ parameters, load: made.load, leastVersion });
    /** Copies what the primary holds now. */
    const replicate = async (): Promise<void> => {
      const key = primary.calls.find((call) => call.startsWith('set '))?.slice(4) ?? '';
      const entry = await made.shared.cache.get(key);
      if (entry !== undefined) await copy.set(key, entry.value, { ttlMs: 3_600_000 });
    };
    return { ...made, things, create, read, replicate, primary, replica };
  };

  it('is read first, and what it lacks is read from the primary', async (test) => {
    const { read, source, replicate, primary, replica } = withReplica(test);
    await read();
    await read();
    assert.equal(source.calls, 1, 'the second read found it in the primary');
    await replicate();
    const before = primary.calls.length;
    await read();
    assert.deepEqual([source.calls, primary.calls.length - before], [1, 0]);
    assert.ok(
      replica.calls.every((call) => call.startsWith('get ')),
      'nothing is ever written to it',
    );
  });

  it('does not have a value renewed again that the primary has got already', async (test) => {
    const { read, source, replicate, things, clock } = withReplica(test, { ttlMs: 60_000, staleMs: 600_000 });
    await read();
    await replicate();
    await clock.advance(60_000);
    source.thing = { name: 'two', version: 2 };
    await read();
    await things.settled();
    assert.equal(source.calls, 2);
    assert.equal((await read())?.name, 'two');
    await things.settled();
    assert.equal(source.calls, 2);
  });

  it('is never asked for what is written here: any process reads a write at once', async (test) => {
    const { read, things, replicate, source, create, load, replica } = withReplica(test, { versionOf });
    await read();
    await replicate();
    await things.changed({ parameters, version: 2, value: { name: 'two', version: 2 } });
    const other = create();
    for (const reads of [things, other]) assert.equal((await reads.read({ parameters, load }))?.name, 'two');
    source.thing = undefined;
    await things.changed({ parameters, version: 2 });
    for (const reads of [things, other]) assert.equal(await reads.read({ parameters, load }), undefined);
    assert.deepEqual([source.calls, replica.calls], [3, []]);
  });
});

describe('a reader who knows of a version', () => {
  it('gets no older one, also where the cache has not heard of it', async (test) => {
    const { things, load, source } = setUp(test, { versionOf });
    await things.read({ parameters, load });
    source.thing = { name: 'two', version: 2 };
    assert.equal((await things.read({ parameters, load }))?.name, 'one');
    assert.equal((await things.read({ parameters, load, leastVersion: 2 }))?.name, 'two');
  });
});

describe('a change of a value without versions', () => {
  it('is a mistake: nobody could tell old from new', async (test) => {
    const { things } = setUp(test);
    await assert.rejects(things.changed({ parameters, version: 1 }), TypeError);
  });
});
