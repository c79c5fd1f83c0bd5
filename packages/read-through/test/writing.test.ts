import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openSqliteCache } from '@verifiedfan/embedded';
import type { Cache } from '@verifiedfan/ports';
import { createGate, nextTurn } from '@verifiedfan/test-utils';
import { createReadThrough } from '../src/index.ts';
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
  const withReplica = (test: TestContext) => {
    const made = setUp(test);
    const copy = openSqliteCache({ location: ':memory:', clock: made.clock });
    test.after(() => copy.close());
    const replica = spoilt(copy, {});
    const options = { ...made.shared, versionOf, replica: { cache: replica.cache, lagMs: 2_000 } };
    const things = createReadThrough<Thing>(options);
    const read = (leastVersion = 0) => things.read({ parameters, load: made.load, leastVersion });
    /** Copies what the primary holds now. */
    const replicate = async (): Promise<void> => {
      const key = replica.calls[0]?.slice(4) ?? '';
      const entry = await made.shared.cache.get(key);
      if (entry !== undefined) await copy.set(key, entry.value, { ttlMs: 60_000, version: entry.version });
    };
    return { ...made, things, read, replicate, copy, replica, options };
  };

  it('is read first, and what it lacks is read from the primary', async (test) => {
    const { read, source, replicate, replica } = withReplica(test);
    await read();
    await read();
    assert.equal(source.calls, 1, 'the second read found it in the primary');
    await replicate();
    await read();
    assert.equal(source.calls, 1);
    assert.ok(
      replica.calls.every((call) => call.startsWith('get ')),
      'nothing is ever written to it',
    );
  });

  it('never gives a writer back what it replaced', async (test) => {
    const { read, things, replicate, source } = withReplica(test);
    await read();
    await replicate();
    await things.changed({ parameters, version: 2, value: { name: 'two', version: 2 } });
    assert.equal((await read())?.name, 'two');
    await replicate();
    assert.equal((await read())?.name, 'two');
    assert.equal(source.calls, 1);
  });

  it('never gives back what was removed', async (test) => {
    const { read, things, replicate, source } = withReplica(test);
    await read();
    await replicate();
    source.thing = undefined;
    await things.changed({ parameters, version: 1 });
    assert.equal(await read(), undefined);
  });

  it('is passed by for a reader who knows of a newer version', async (test) => {
    const { read, replicate, options } = withReplica(test);
    await read();
    await replicate();
    const elsewhere = createReadThrough<Thing>({ ...options, replica: undefined });
    await elsewhere.changed({ parameters, version: 2, value: { name: 'two', version: 2 } });
    assert.equal((await read())?.name, 'one', 'within the lag this process cannot know');
    assert.equal((await read(2))?.name, 'two');
  });
});
