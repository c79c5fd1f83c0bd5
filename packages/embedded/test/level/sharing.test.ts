import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createManualClock, temporaryDirectory } from '@verifiedfan/test-utils';
import { type LevelTableOptions, openLevelStream, openLevelTable } from '../../src/index.ts';
import { createStore } from '../../src/level/database.ts';

const SHARD = 'shardId-000000000000';

/** A table in memory with a count of everything that was asked of its store. */
const openCounted = async (options: Partial<LevelTableOptions> = {}) => {
  const store = await createStore({ memory: true });
  const counts = { keysRead: 0, iterators: 0, batches: 0, syncs: 0 };
  const { getMany, values, batch } = store;
  store.getMany = (keys, readOptions) => {
    counts.keysRead += keys.length;
    return getMany.call(store, keys, readOptions);
  };
  store.values = (range) => {
    counts.iterators++;
    return values.call(store, range);
  };
  store.batch = () => {
    const made = batch.call(store);
    const write = made.write.bind(made);
    made.write = (writeOptions) => {
      counts.batches++;
      if (writeOptions.sync) counts.syncs++;
      return write(writeOptions);
    };
    return made;
  };
  // Retention without end, so that trimming reads nothing.
  const settings = { name: 'counted', clock: createManualClock(), memory: true, retentionMs: Number.POSITIVE_INFINITY };
  const table = openLevelTable({
    ...settings,
    slowestConsumer: async () => '0',
    createStore: async () => store,
    ...options,
  });
  await table.ready();
  const during = async (work: () => Promise<unknown>) => {
    Object.assign(counts, { keysRead: 0, iterators: 0, batches: 0, syncs: 0 });
    await work();
    return { ...counts };
  };
  return { table, during };
};

const rows = (count: number, extra = {}) =>
  Array.from({ length: count }, (_, n) => ({ put: { PK: 'p', SK: `${n}`, n, ...extra } }));

describe('consumers near the end of a log', () => {
  it('share one object per record, and the store is not asked', async () => {
    const { table, during } = await openCounted();
    await table.updateMany(rows(10));
    await table.updateMany(rows(10, { changed: true }));
    const read = () => table.changes.read({ shard: SHARD, limit: 100 });
    const asked = await during(async () => {
      const [one, other] = [await read(), await read()];
      assert.equal(one.records.length, 20);
      one.records.forEach((record, index) => {
        assert.equal(record, other.records[index]);
      });
      assert.equal(one.records[15]?.oldItem, one.records[5]?.newItem);
    });
    assert.deepEqual(asked, { keysRead: 0, iterators: 0, batches: 0, syncs: 0 });
    await table.close();
  });

  it('cannot change what others see: with freezeItems the attempt throws', async () => {
    const { table } = await openCounted();
    const item = { PK: 'p', SK: 's', list: [{ a: 1 }] };
    await table.updateMany([{ put: item }]);
    assert.throws(() => item.list.push({ a: 2 }), TypeError);
    const row = await table.get(item);
    assert.throws(() => Object.assign(row ?? {}, { b: 1 }), TypeError);
    await table.close();
  });
});

describe('consumers far behind', () => {
  it('cost the old image only of records that their filter let through', async () => {
    const { table, during } = await openCounted({ tailRecords: 0, cacheRows: 0 });
    await table.updateMany(rows(50));
    await table.updateMany(rows(50, { changed: true }));
    const modified = await table.changes.read({ shard: SHARD, limit: 50 });
    const filter = ({ keys }: { keys: { SK: string } }): boolean => keys.SK === '7';
    const asked = await during(async () => {
      const { records, scanned } = await table.changes.read({ shard: SHARD, after: modified.last, limit: 50, filter });
      assert.equal(scanned, 50);
      assert.deepEqual(
        records.map(({ oldItem }) => oldItem?.n),
        [7],
      );
    });
    assert.equal(asked.keysRead, 1);
    await table.close();
  });

  it('get pages that span disk and memory without a gap', async () => {
    const { table } = await openCounted({ tailRecords: 30 });
    for (let n = 0; n < 100; n++) await table.updateMany([{ put: { PK: 'p', SK: 's', n } }]);
    for (const limit of [1, 7, 69, 70, 71, 100]) {
      const seen: unknown[] = [];
      let after: string | undefined;
      while (seen.length < 100) {
        const page = await table.changes.read({ shard: SHARD, after, limit });
        assert.equal(page.records.length, Math.min(limit, 100 - seen.length));
        seen.push(...page.records.map(({ newItem }) => newItem?.n));
        after = page.last;
      }
      assert.deepEqual(
        seen,
        Array.from({ length: 100 }, (_, n) => n),
      );
    }
    await table.close();
  });
});

describe('group commit', () => {
  it('writes calls that overlap together, and reads no row that is in memory', async () => {
    const { table, during } = await openCounted();
    await table.updateMany(rows(10));
    const asked = await during(() =>
      Promise.all(Array.from({ length: 50 }, (_, n) => table.updateMany(rows(10, { n })))),
    );
    assert.ok(asked.batches <= 4, `fifty calls made ${asked.batches} writes`);
    assert.equal(asked.keysRead, 0);
    await table.close();
  });

  it('takes calls of any length', async () => {
    const { table } = await openCounted();
    const results = await table.updateMany(rows(7_001));
    assert.equal(results.length, 7_001);
    assert.ok(results.every(({ outcome }) => outcome === 'applied'));
    assert.equal((await table.getMany(rows(7_001).map(({ put }) => put))).at(-1)?.n, 7_000);
    await table.close();
  });

  it('asks the disk to keep every write only when told so', async () => {
    for (const sync of [false, true]) {
      const { table, during } = await openCounted({ sync });
      const asked = await during(() => table.updateMany(rows(1)));
      assert.equal(asked.syncs, sync ? 1 : 0);
      await table.close();
    }
  });
});

describe('an estate at rest', () => {
  it('makes and opens nothing before it is used', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('stream');
    const stream = openLevelStream({ name: 'idle', location, clock: createManualClock() });
    assert.equal((await stream.shards()).length, 1);
    assert.equal(existsSync(location), false);
    await stream.close();
    assert.equal(existsSync(location), false);
  });
});
