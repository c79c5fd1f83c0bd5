import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangeRecord } from '@verifiedfan/ports';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { type LevelTableOptions, openLevelStream, openLevelTable, openLevelTopic } from '../../src/index.ts';
import { createStore } from '../../src/level/database.ts';
import type { Store } from '../../src/level/store.ts';
import { createDice, randomAction, readChanges, replay, rowName, scanAll } from './support.ts';

const HOUR_MS = 3_600_000;

/** A table in memory that shows what it really stores. */
const openTransparent = (options: Partial<LevelTableOptions> = {}) => {
  const clock = createManualClock();
  const made: Store[] = [];
  const makeStore = async () => {
    const store = await createStore({ memory: true });
    made.push(store);
    return store;
  };
  const settings = {
    name: 'trimmed',
    clock,
    memory: true,
    retentionMs: HOUR_MS,
    createStore: makeStore,
    tailRecords: 10,
  };
  const table = openLevelTable({ ...settings, ...options });
  const storedRecords = async (): Promise<number> => {
    const keys = made[0]?.keys({ gte: Buffer.from('l'), lt: Buffer.from('m'), keyEncoding: 'view' });
    assert.ok(keys);
    const count = (await keys.nextv(1_000_000)).length;
    await keys.close();
    return count;
  };
  return { table, clock, storedRecords };
};

/** A consumer that has read everything up to `sequence`, per shard. */
const createConsumer = () => {
  const positions = new Map<string, string>();
  const history: ChangeRecord[] = [];
  return {
    history,
    slowestConsumer: async (shard: string) => positions.get(shard) ?? '0',
    async readSome({ changes }: ReturnType<typeof openTransparent>['table'], limit: number) {
      for (const { id: shard } of await changes.shards()) {
        // Pages may be smaller than asked for, so a second one is read.
        for (let left = limit; left > 0; ) {
          const page = await changes.read({ shard, after: positions.get(shard), limit: left });
          history.push(...page.records);
          if (page.last === undefined) break;
          positions.set(shard, page.last);
          left -= page.scanned;
        }
      }
    },
  };
};

describe('trimming a table', () => {
  for (const changeShards of [1, 3]) {
    it(`keeps rows, old images and unread changes under a random load with ${changeShards} shards`, async () => {
      const dice = createDice(createSeededRandom({ seed: changeShards }));
      const consumer = createConsumer();
      const { table, clock, storedRecords } = openTransparent({
        changeShards,
        slowestConsumer: consumer.slowestConsumer,
      });
      for (let round = 0; round < 400; round++) {
        await table.updateMany(Array.from({ length: 1 + dice.below(10) }, () => randomAction(dice)));
        if (dice.below(3) > 0) await consumer.readSome(table, 1 + dice.below(30));
        await clock.advance(dice.below(20) * 60_000);
        if (dice.below(20) === 0) await table.trim();
      }
      await consumer.readSome(table, 10_000);
      const rows = new Map((await scanAll(table)).map((row) => [rowName(row), row]));
      assert.deepEqual(replay(consumer.history), rows, 'the consumer saw every change, with the right old images');

      const beforeMs = clock.now() - HOUR_MS;
      await table.trim();
      const kept = consumer.history.filter(({ atMs }) => atMs >= beforeMs);
      const bySequence = (a: ChangeRecord, b: ChangeRecord): number =>
        a.shard + a.sequence < b.shard + b.sequence ? -1 : 1;
      assert.deepEqual((await readChanges(table)).toSorted(bySequence), kept.toSorted(bySequence));

      // Stored are: what can be read, what that superseded, and what holds a row. Nothing else, and nothing twice.
      const holders = new Map<string, string>();
      const needed = new Set<string>();
      for (const record of consumer.history) {
        const [name, id] = [rowName(record.keys), record.shard + record.sequence];
        const superseded = record.eventName === 'INSERT' ? undefined : holders.get(name);
        if (record.atMs >= beforeMs) for (const one of [id, superseded]) if (one) needed.add(one);
        holders.set(name, id);
        if (record.eventName === 'REMOVE') holders.delete(name);
      }
      for (const id of holders.values()) needed.add(id);
      assert.equal(await storedRecords(), needed.size);
      await table.close();
    });
  }

  it('waits for a consumer that has read nothing', async () => {
    const { table, clock } = openTransparent({ slowestConsumer: async () => '0' });
    await table.updateMany([{ put: { PK: 'a', SK: 'a' } }]);
    await clock.advance(100 * HOUR_MS);
    assert.equal(await table.trim(), 0);
    assert.equal((await readChanges(table)).length, 1);
    await table.close();
  });

  it('goes on counting behind a log of which nothing is left', async () => {
    const { table, clock, storedRecords } = openTransparent();
    await table.updateMany([{ put: { PK: 'a', SK: 'a' } }, { delete: { PK: 'a', SK: 'a' } }]);
    const [shard] = await table.changes.shards();
    assert.ok(shard);
    const before = await table.changes.latest(shard.id);
    assert.ok(before);
    await clock.advance(2 * HOUR_MS);
    assert.equal(await table.trim(), 2);
    assert.equal(await storedRecords(), 0);
    assert.equal(await table.changes.latest(shard.id), before);
    await table.updateMany([{ put: { PK: 'a', SK: 'a' } }]);
    const { records } = await table.changes.read({ shard: shard.id, after: before, limit: 10 });
    assert.equal(records.length, 1, 'a consumer that stood at the end sees the next change');
    await table.close();
  });

  it('happens by itself behind writes', async () => {
    const { table, clock, storedRecords } = openTransparent();
    const write = (n: number) => table.updateMany([{ update: { PK: 'a', SK: 'a' }, set: { n } }]);
    for (let n = 0; n < 20; n++) await write(n);
    await clock.advance(2 * HOUR_MS);
    for (let n = 20; n < 24; n++) await write(n);
    await table.close();
    assert.ok((await storedRecords().catch(() => 0)) <= 6);
  });

  it('forgets the tokens of transactions that are over', async () => {
    const { table, clock } = openTransparent();
    const transact = (token: string) => table.transact([{ update: { PK: 'a', SK: 'a' }, add: { n: 1 } }], { token });
    for (let count = 0; count < 5; count++) await transact(`old ${count}`);
    await clock.advance(601_000);
    await transact('old 3');
    await clock.advance(60_000);
    await transact('old 3');
    assert.equal((await table.get({ PK: 'a', SK: 'a' }))?.n, 6, 'the second use of the renewed token wrote nothing');
    await table.close();
  });
});

describe('trimming streams and topics', () => {
  it('lets go of records older than the retention, and reads from the oldest that is left', async () => {
    const clock = createManualClock();
    const stream = openLevelStream({ name: 'trimmed', clock, memory: true, retentionMs: HOUR_MS });
    const put = (data: string) => stream.putMany([{ partitionKey: 'a', data }]);
    const [first] = await put('old');
    await clock.advance(HOUR_MS + 1);
    await put('new');
    await stream.trim();
    assert.ok(first && 'sequence' in first);
    for (const after of [undefined, '0', first.sequence]) {
      const { records } = await stream.read({ shard: first.shard, after, limit: 10 });
      assert.deepEqual(
        records.map(({ data }) => data),
        ['new'],
      );
    }
    await stream.close();
  });

  it('keeps offsets when everything was trimmed and the topic is opened again', async () => {
    const clock = createManualClock();
    const store = await createStore({ memory: true });
    const settings = { name: 'trimmed', clock, memory: true, retentionMs: HOUR_MS, createStore: async () => store };
    const topic = openLevelTopic(settings);
    await topic.publishMany([
      { key: 'a', value: '0' },
      { key: 'a', value: '1' },
    ]);
    await clock.advance(2 * HOUR_MS);
    assert.equal(await topic.trim(), 2);
    await topic.close();
    const again = openLevelTopic(settings);
    assert.equal(await again.latest('0'), '1');
    assert.deepEqual(await again.publishMany([{ key: 'a', value: '2' }]), [{ partition: 0, offset: '2' }]);
    await again.close();
  });
});
