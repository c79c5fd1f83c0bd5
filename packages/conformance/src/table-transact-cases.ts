import assert from 'node:assert/strict';
import { assertCode } from './expect.ts';
import type { Case } from './suite.ts';
import { KEY, OTHER, seed, type TableSubject } from './table-subject.ts';

const THIRD = { PK: 'campaign:b', SK: 'member:1' };

export const tableTransactCases: readonly Case<TableSubject>[] = [
  {
    name: 'applies all actions of a transaction',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...OTHER, n: 1 }, THIRD]);
      const actions = [{ put: { ...KEY, a: 1 } }, { update: OTHER, add: { n: 1 } }, { delete: THIRD }];
      assert.deepEqual(await table.transact(actions, { token: 't' }), { outcome: 'applied' });
      assert.deepEqual(await table.getMany([KEY, OTHER, THIRD]), [{ ...KEY, a: 1 }, { ...OTHER, n: 2 }, undefined]);
    },
  },
  {
    name: 'writes nothing when one condition does not hold, and says which',
    async run(open) {
      const { table } = await open();
      await seed(table, [OTHER]);
      const actions = [
        { put: KEY },
        { check: THIRD, condition: { absent: 'PK' } },
        { put: { ...OTHER, a: 1 }, condition: { absent: 'PK' } },
      ];
      assert.deepEqual(await table.transact(actions, { token: 't' }), {
        outcome: 'refused',
        reasons: [null, null, 'condition'],
      });
      assert.deepEqual(await table.getMany([KEY, OTHER]), [undefined, OTHER]);
    },
  },
  {
    name: 'tells of an action that does not fit its row even where a condition of another one does not hold',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...OTHER, text: 'a' }]);
      const refused = { put: KEY, condition: { exists: 'PK' } };
      const unfit = { update: OTHER, add: { text: 1 } };
      await assertCode(table.transact([refused, unfit], { token: 't' }), 'validation');
      // An action that is refused itself is not tried.
      const both = { ...unfit, condition: { absent: 'PK' } };
      assert.deepEqual(await table.transact([both], { token: 'u' }), { outcome: 'refused', reasons: ['condition'] });
    },
  },
  {
    name: 'checks rows without writing them',
    async run(open) {
      const { table } = await open();
      await seed(table, [{ ...OTHER, open: true }]);
      const guarded = (open: boolean) => [
        { check: OTHER, condition: { equals: ['open', open] as const } },
        { put: KEY },
      ];
      assert.deepEqual(await table.transact(guarded(false), { token: 't' }), {
        outcome: 'refused',
        reasons: ['condition', null],
      });
      assert.deepEqual(await table.transact(guarded(true), { token: 'u' }), { outcome: 'applied' });
      assert.deepEqual(await table.getMany([KEY, OTHER]), [KEY, { ...OTHER, open: true }]);
    },
  },
  {
    name: 'writes once for one token',
    async run(open) {
      const { table } = await open();
      const transact = () => table.transact([{ update: KEY, add: { n: 1 } }], { token: 'again' });
      assert.deepEqual(await Promise.all([transact(), transact()]), [{ outcome: 'applied' }, { outcome: 'applied' }]);
      assert.deepEqual(await transact(), { outcome: 'applied' });
      assert.deepEqual(await table.get(KEY), { ...KEY, n: 1 });
    },
  },
  {
    name: 'refuses a token that was used with other actions',
    async run(open) {
      const { table } = await open();
      await table.transact([{ update: KEY, add: { n: 1 } }], { token: 'again' });
      await assertCode(table.transact([{ update: KEY, add: { n: 2 } }], { token: 'again' }), 'token_mismatch');
      assert.deepEqual(await table.get(KEY), { ...KEY, n: 1 });
    },
  },
  {
    name: 'forgets a token after ten minutes',
    async run(open) {
      const { table, advance } = await open();
      assert.ok(advance, 'a driver whose clock cannot be moved has to skip this case');
      const transact = () => table.transact([{ update: KEY, add: { n: 1 } }], { token: 'again' });
      await transact();
      await advance(599_000);
      await transact();
      assert.deepEqual(await table.get(KEY), { ...KEY, n: 1 });
      await advance(2_000);
      await transact();
      assert.deepEqual(await table.get(KEY), { ...KEY, n: 2 });
    },
  },
  {
    name: 'does not use up the token of a refused transaction',
    async run(open) {
      const { table } = await open();
      const transact = () =>
        table.transact(
          [
            { put: KEY, condition: { absent: 'PK' } },
            { check: OTHER, condition: { exists: 'PK' } },
          ],
          { token: 't' },
        );
      assert.equal((await transact()).outcome, 'refused');
      await seed(table, [OTHER]);
      assert.equal((await transact()).outcome, 'applied');
      assert.deepEqual(await table.get(KEY), KEY);
    },
  },
  {
    name: 'takes 1 to 100 actions on distinct rows, and a token of 1 to 36 characters',
    async run(open) {
      const { table } = await open();
      const puts = (count: number) =>
        Array.from({ length: count }, (_, index) => ({ put: { PK: 'many', SK: String(index) } }));
      const token = 't'.repeat(36);
      await assertCode(table.transact([], { token }), 'validation');
      await assertCode(table.transact(puts(101), { token }), 'validation');
      await assertCode(table.transact([{ put: KEY }, { delete: KEY }], { token }), 'validation');
      await assertCode(table.transact(puts(1), { token: '' }), 'validation');
      await assertCode(table.transact(puts(1), { token: `${token}t` }), 'validation');
      assert.deepEqual(await table.transact(puts(100), { token }), { outcome: 'applied' });
      assert.equal((await table.query({ PK: 'many' })).items.length, 100);
    },
  },
  {
    name: 'takes checks in transactions only',
    async run(open) {
      const { table } = await open();
      const check = { check: KEY, condition: { absent: 'PK' } };
      assert.deepEqual(await table.transact([check], { token: 't' }), { outcome: 'applied' });
      await assertCode(table.updateMany([check as never]), 'validation');
    },
  },
];
