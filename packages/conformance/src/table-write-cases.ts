import assert from 'node:assert/strict';
import type { Case } from './suite.ts';
import { apply, KEY, OTHER, seed, type TableSubject, updateOne } from './table-subject.ts';

/** What each kind of write does to a row. */
export const tableWriteCases: readonly Case<TableSubject>[] = [
  {
    name: 'returns a row as it was put, with values of every kind',
    async run(open) {
      const { table } = await open();
      const item = {
        ...KEY,
        text: 'naïve 🎟 \u0000',
        zero: 0,
        big: 2 ** 53 - 1,
        half: -0.5,
        yes: true,
        none: null,
        empty: '',
        list: [1, 'a', []],
        map: { b: { c: [{}] } },
      };
      await seed(table, [item]);
      assert.deepEqual(await table.get(KEY), item);
    },
  },
  {
    name: 'answers undefined for a row that does not exist',
    async run(open) {
      const { table } = await open();
      await seed(table, [KEY]);
      assert.equal(await table.get(OTHER), undefined);
    },
  },
  {
    name: 'answers many keys in their order, missing and repeated ones too',
    async run(open) {
      const { table } = await open();
      await seed(table, [KEY, OTHER]);
      const missing = { PK: 'campaign:b', SK: 'member:1' };
      assert.deepEqual(await table.getMany([OTHER, missing, KEY, OTHER]), [OTHER, undefined, KEY, OTHER]);
      const many = Array.from({ length: 150 }, (_, index) => ({ PK: 'many', SK: String(index) }));
      await seed(table, many);
      assert.deepEqual(await table.getMany(many), many);
    },
  },
  {
    name: 'replaces a row whole on put',
    async run(open) {
      const { table } = await open();
      await seed(table, [
        { ...KEY, a: 1, b: 2 },
        { ...KEY, b: 3 },
      ]);
      assert.deepEqual(await table.get(KEY), { ...KEY, b: 3 });
    },
  },
  {
    name: 'leaves attributes alone that an update does not name',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...KEY, a: 1, b: 2, c: 3, d: 4 }]);
      await apply(table, {
        update: KEY,
        set: { b: 'new' },
        setIfAbsent: { a: 9, e: 5 },
        add: { c: 10 },
        remove: ['d'],
      });
      assert.deepEqual(await table.get(KEY), { ...KEY, a: 1, b: 'new', c: 13, e: 5 });
    },
  },
  {
    name: 'creates a missing row on update, also one that only removes',
    async run(open) {
      const { table } = await open();
      await apply(table, { update: KEY, set: { a: 1 } });
      await apply(table, { update: OTHER, remove: ['a'] });
      assert.deepEqual(await table.getMany([KEY, OTHER]), [{ ...KEY, a: 1 }, OTHER]);
    },
  },
  {
    name: 'sets with setIfAbsent only where the attribute is missing',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...KEY, a: null }]);
      await apply(table, { update: KEY, setIfAbsent: { a: 1, b: 2 } });
      assert.deepEqual(await table.get(KEY), { ...KEY, a: null, b: 2 });
    },
  },
  {
    name: 'adds to numbers, and counts a missing one as 0',
    async run(open) {
      const { table } = await open();
      await apply(table, { update: KEY, add: { n: 2 } });
      await apply(table, { update: KEY, add: { n: -5, m: 1 } });
      assert.deepEqual(await table.get(KEY), { ...KEY, n: -3, m: 1 });
    },
  },
  {
    name: 'adds in decimals',
    async run(open) {
      const { table } = await open();
      await apply(table, { update: KEY, add: { n: 0.1, m: 1e20 } });
      await apply(table, { update: KEY, add: { n: 0.2, m: -1e19 } });
      // In binary it would be 0.30000000000000004.
      assert.deepEqual(await table.get(KEY), { ...KEY, n: 0.3, m: 9e19 });
    },
  },
  {
    name: 'removes attributes, missing ones without complaint',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...KEY, a: 1, b: 2 }]);
      await apply(table, { update: KEY, remove: ['a', 'c'] });
      assert.deepEqual(await table.get(KEY), { ...KEY, b: 2 });
    },
  },
  {
    name: 'deletes rows, and a missing row is no error',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...KEY, a: 1 }]);
      assert.deepEqual(await apply(table, { delete: KEY }), {
        outcome: 'applied',
        changed: true,
        old: { ...KEY, a: 1 },
      });
      assert.equal(await table.get(KEY), undefined);
      assert.deepEqual(await apply(table, { delete: KEY }), { outcome: 'applied', changed: false, old: undefined });
      const refused = await updateOne(table, { delete: KEY, condition: { exists: 'PK' } });
      assert.deepEqual(refused, { outcome: 'refused', item: undefined });
    },
  },
];
