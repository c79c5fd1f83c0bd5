import assert from 'node:assert/strict';
import { assertCode } from './expect.ts';
import type { Case } from './suite.ts';
import { apply, KEY, OTHER, seed, type TableSubject, updateOne } from './table-subject.ts';

/** What a call answers for each of its actions, alone and beside other calls. */
export const tableOutcomeCases: readonly Case<TableSubject>[] = [
  {
    name: 'applies actions on one row in their order',
    async run(open) {
      const { table } = await open();
      const results = await table.updateMany([
        { put: { ...KEY, n: 1 } },
        { update: KEY, add: { n: 1 }, condition: { equals: ['n', 1] } },
        { delete: KEY },
        { update: KEY, set: { last: true }, condition: { absent: 'PK' } },
      ]);
      assert.deepEqual(results, [
        { outcome: 'applied', changed: true, old: undefined },
        { outcome: 'applied', changed: true, old: { ...KEY, n: 1 } },
        { outcome: 'applied', changed: true, old: { ...KEY, n: 2 } },
        { outcome: 'applied', changed: true, old: undefined },
      ]);
      assert.deepEqual(await table.get(KEY), { ...KEY, last: true });
    },
  },
  {
    name: 'hands back the row before the write',
    async run(open) {
      const { table } = await open();
      assert.equal((await apply(table, { put: { ...KEY, a: 1 } })).old, undefined);
      assert.deepEqual((await apply(table, { update: KEY, set: { a: 2 } })).old, { ...KEY, a: 1 });
    },
  },
  {
    name: 'says when a write left the row as it was',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...KEY, a: { b: [1, 2], c: 3 } }]);
      assert.equal((await apply(table, { put: { ...KEY, a: { c: 3, b: [1, 2] } } })).changed, false);
      assert.equal((await apply(table, { update: KEY, add: { n: 0 } })).changed, true);
      assert.equal((await apply(table, { update: KEY, set: { a: { b: [2, 1], c: 3 } } })).changed, true);
    },
  },
  {
    name: 'refuses alone the action whose condition does not hold, and shows the row that refused',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...KEY, version: 2 }]);
      const results = await table.updateMany([
        { put: { ...KEY, version: 1 }, condition: { less: ['version', 1] } },
        { put: { ...OTHER, version: 1 }, condition: { absent: 'PK' } },
      ]);
      assert.deepEqual(results, [
        { outcome: 'refused', item: { ...KEY, version: 2 } },
        { outcome: 'applied', changed: true, old: undefined },
      ]);
      assert.deepEqual(await table.getMany([KEY, OTHER]), [
        { ...KEY, version: 2 },
        { ...OTHER, version: 1 },
      ]);
    },
  },
  {
    name: 'fails alone the action that does not fit its row',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...KEY, text: 'a', half: 'x'.repeat(300_000) }]);
      const [adding, growing, fine] = await table.updateMany([
        { update: KEY, add: { text: 1 } },
        { update: KEY, set: { rest: 'x'.repeat(200_000) } },
        { update: OTHER, add: { n: 1 } },
      ]);
      assert.equal(adding?.outcome, 'failed');
      assert.equal(growing?.outcome, 'failed');
      assert.deepEqual(fine, { outcome: 'applied', changed: true, old: undefined });
      assert.deepEqual(await table.get(KEY), { ...KEY, text: 'a', half: 'x'.repeat(300_000) });
    },
  },
  {
    name: 'writes nothing of a call in which one action is wrong in itself',
    async run(open) {
      const { table } = await open();
      await assertCode(table.updateMany([{ put: KEY }, { put: { PK: '', SK: 'a' } }]), 'validation');
      await assertCode(table.updateMany([{ put: KEY }, { put: { ...OTHER, a: 'x'.repeat(500_000) } }]), 'too_large');
      assert.equal(await table.get(KEY), undefined);
    },
  },
  {
    name: 'loses no update when calls overlap',
    async run(open) {
      const { table } = await open();
      const calls = Array.from({ length: 20 }, () =>
        table.updateMany([
          { update: KEY, add: { n: 1 } },
          { update: OTHER, add: { n: 2 } },
        ]),
      );
      await Promise.all(calls);
      assert.deepEqual(await table.getMany([KEY, OTHER]), [
        { ...KEY, n: 20 },
        { ...OTHER, n: 40 },
      ]);
    },
  },
  {
    name: 'lets one of many callers create a row',
    async run(open) {
      const { table } = await open();
      const create = (by: number) => updateOne(table, { put: { ...KEY, by }, condition: { absent: 'PK' } });
      const outcomes = (await Promise.all(Array.from({ length: 10 }, (_, by) => create(by)))).map(
        ({ outcome }) => outcome,
      );
      assert.equal(outcomes.filter((outcome) => outcome === 'applied').length, 1);
      assert.equal(outcomes.filter((outcome) => outcome === 'refused').length, 9);
    },
  },
];
