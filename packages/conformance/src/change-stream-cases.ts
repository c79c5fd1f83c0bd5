import assert from 'node:assert/strict';
import { type ChangeRecord, compareSequences, type Table } from '@verifiedfan/ports';
import { shardedLogCases } from './sharded-log-cases.ts';
import type { Case } from './suite.ts';
import { apply, KEY, OTHER, seed, type TableSubject, updateOne } from './table-subject.ts';

const readChanges = async ({ changes }: Table): Promise<ChangeRecord[]> => {
  const pages = await Promise.all((await changes.shards()).map(({ id }) => changes.read({ shard: id, limit: 10_000 })));
  return pages.flatMap(({ records }) => records);
};

const images = (records: readonly ChangeRecord[]) =>
  records.map((record) => ({
    eventName: record.eventName,
    keys: record.keys,
    ...('oldItem' in record && { oldItem: record.oldItem }),
    ...('newItem' in record && { newItem: record.newItem }),
  }));

const ownCases: readonly Case<TableSubject>[] = [
  {
    name: 'records every change with the images that belong to it',
    async run(open) {
      const { table } = await open();
      await apply(table, { put: { ...KEY, a: 1 } });
      await apply(table, { update: KEY, set: { a: 2 } });
      await apply(table, { delete: KEY });
      const records = await readChanges(table);
      assert.deepEqual(images(records), [
        { eventName: 'INSERT', keys: KEY, newItem: { ...KEY, a: 1 } },
        { eventName: 'MODIFY', keys: KEY, oldItem: { ...KEY, a: 1 }, newItem: { ...KEY, a: 2 } },
        { eventName: 'REMOVE', keys: KEY, oldItem: { ...KEY, a: 2 } },
      ]);
      for (const { atMs } of records) assert.ok(Number.isSafeInteger(atMs) && atMs > 0, 'the time is in milliseconds');
    },
  },
  {
    name: 'makes no record of a write that changed nothing, was refused or failed',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...KEY, a: 'text' }]);
      await updateOne(table, { put: { ...KEY, a: 'text' } });
      await updateOne(table, { put: { ...KEY, a: 'other' }, condition: { absent: 'PK' } });
      await updateOne(table, { update: KEY, add: { a: 1 } });
      await updateOne(table, { delete: OTHER });
      assert.equal((await readChanges(table)).length, 1);
    },
  },
  {
    name: 'keeps all changes of one row in one shard and in order',
    async run(open) {
      const { table } = await open();
      const keys = Array.from({ length: 10 }, (_, index) => ({ PK: `row-${index}`, SK: 'a' }));
      for (let round = 1; round <= 5; round++)
        await table.updateMany(keys.map((key) => ({ update: key, add: { n: 1 } })));
      const records = await readChanges(table);
      assert.equal(records.length, 50);
      for (const { PK } of keys) {
        const own = records.filter((record) => record.keys.PK === PK);
        assert.deepEqual(
          own.map(({ newItem }) => newItem?.n),
          [1, 2, 3, 4, 5],
        );
        assert.equal(new Set(own.map(({ shard }) => shard)).size, 1);
        assert.deepEqual(
          own.toSorted((a, b) => compareSequences(a.sequence, b.sequence)),
          own,
        );
      }
    },
  },
  {
    name: 'makes one record for each row that a transaction changes, and none for its checks',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ PK: 'checked', SK: 'a' }]);
      const check = { check: { PK: 'checked', SK: 'a' }, condition: { exists: 'PK' } };
      await table.transact([{ put: KEY }, check, { put: OTHER }], { token: 't' });
      const names = (await readChanges(table)).map(({ eventName, keys }) => `${eventName} ${keys.PK} ${keys.SK}`);
      assert.deepEqual(names.toSorted(), [
        'INSERT campaign:a member:1',
        'INSERT campaign:a member:2',
        'INSERT checked a',
      ]);
    },
  },
  {
    name: 'shows the header to a filter before the images',
    async run(open) {
      const { table } = await open();
      await seed(table, [OTHER, { ...OTHER, a: 1 }]);
      const [shard] = (await readChanges(table)).map((record) => record.shard);
      assert.ok(shard);
      const seen: string[] = [];
      const { records } = await table.changes.read({
        shard,
        limit: 10,
        filter({ eventName, keys, atMs, sequence }) {
          seen.push(`${eventName} ${keys.SK} ${typeof atMs} ${typeof sequence}`);
          return eventName === 'MODIFY';
        },
      });
      assert.ok(seen.includes('MODIFY member:2 number string'));
      assert.deepEqual(images(records), [
        { eventName: 'MODIFY', keys: OTHER, oldItem: OTHER, newItem: { ...OTHER, a: 1 } },
      ]);
    },
  },
];

/** The promises of a table's change stream, those of its log first. */
export const changeStreamCases: readonly Case<TableSubject>[] = [
  ...shardedLogCases<TableSubject, ChangeRecord>(({ table }) => ({
    log: table.changes,
    // One row, so that all records go to one shard.
    append: async (label) => {
      await apply(table, { update: KEY, set: { label } });
    },
    label: ({ newItem }) => String(newItem?.label),
  })),
  ...ownCases,
];
