import assert from 'node:assert/strict';
import type { Condition } from '@verifiedfan/ports';
import { assertCode } from './expect.ts';
import type { Case } from './suite.ts';
import { KEY, seed, type TableSubject, updateOne } from './table-subject.ts';

const ROW = { ...KEY, n: 5, text: 'm', yes: true, none: null, list: ['a', 1, null], map: { n: 5 } };

/** Which of the conditions hold for the row, asked with writes that change nothing. */
const holding = async ({ table }: TableSubject, conditions: readonly Condition[]): Promise<Condition[]> => {
  await seed(table, [ROW]);
  const results = await table.updateMany(conditions.map((condition) => ({ update: KEY, set: { n: 5 }, condition })));
  return conditions.filter((_, index) => results[index]?.outcome === 'applied');
};

const assertHolding = async (
  subject: TableSubject,
  { right, wrong }: { right: Condition[]; wrong: Condition[] },
): Promise<void> => {
  assert.deepEqual(await holding(subject, [...right, ...wrong]), right);
};

export const tableConditionCases: readonly Case<TableSubject>[] = [
  {
    name: 'compares with equals and notEquals by type and value',
    async run(open) {
      await assertHolding(await open(), {
        right: [
          { equals: ['n', 5] },
          { equals: ['none', null] },
          { equals: ['yes', true] },
          { notEquals: ['n', 6] },
          { notEquals: ['n', '5'] },
        ],
        wrong: [
          { equals: ['n', '5'] },
          { equals: ['yes', 'true'] },
          { equals: ['none', false] },
          { notEquals: ['text', 'm'] },
        ],
      });
    },
  },
  {
    name: 'orders numbers and text, ends included where the name says so',
    async run(open) {
      await assertHolding(await open(), {
        right: [
          { less: ['n', 6] },
          { lessOrEqual: ['n', 5] },
          { greater: ['n', 4.5] },
          { greaterOrEqual: ['n', 5] },
          { between: ['n', 5, 6] },
          { between: ['n', 4, 5] },
          { less: ['text', 'n'] },
          { greater: ['text', 'ABC'] },
          { between: ['text', 'm', 'm'] },
        ],
        wrong: [
          { less: ['n', 5] },
          { lessOrEqual: ['n', 4] },
          { greater: ['n', 5] },
          { greaterOrEqual: ['n', 10] },
          { between: ['n', 6, 7] },
          { between: ['n', 3, 4] },
          { less: ['text', 'm'] },
          { greaterOrEqual: ['text', 'mm'] },
        ],
      });
    },
  },
  {
    name: 'is false on missing attributes and on values of another type, except notEquals',
    async run(open) {
      await assertHolding(await open(), {
        right: [{ notEquals: ['missing', 1] }, { notEquals: ['text', 5] }, { notEquals: ['map', 5] }],
        wrong: [
          { equals: ['missing', null] },
          { less: ['missing', 1] },
          { greater: ['text', 1] },
          { lessOrEqual: ['yes', 1] },
          { between: ['none', 0, 1] },
          { oneOf: ['missing', [null, 1]] },
          { oneOf: ['n', ['5']] },
          { beginsWith: ['n', '5'] },
          { contains: ['n', 5] },
          { contains: ['map', 'n'] },
        ],
      });
    },
  },
  {
    name: 'knows which attributes exist, and takes no inherited name for one',
    async run(open) {
      await assertHolding(await open(), {
        right: [{ exists: 'PK' }, { exists: 'none' }, { absent: 'missing' }, { absent: 'constructor' }],
        wrong: [{ absent: 'none' }, { exists: 'missing' }, { exists: 'toString' }],
      });
    },
  },
  {
    name: 'looks into text and lists',
    async run(open) {
      await assertHolding(await open(), {
        right: [
          { oneOf: ['n', [1, 5]] },
          { oneOf: ['none', [null]] },
          { beginsWith: ['PK', 'camp'] },
          { beginsWith: ['text', ''] },
          { contains: ['PK', 'aign:'] },
          { contains: ['list', 1] },
          { contains: ['list', null] },
        ],
        wrong: [
          { oneOf: ['n', [1, 6]] },
          { beginsWith: ['PK', 'aign'] },
          { contains: ['list', '1'] },
          { contains: ['text', 'M'] },
        ],
      });
    },
  },
  {
    name: 'combines conditions with all, any and not',
    async run(open) {
      const [yes, no]: [Condition, Condition] = [{ exists: 'n' }, { exists: 'missing' }];
      await assertHolding(await open(), {
        right: [{ all: [yes, yes] }, { any: [no, yes] }, { not: no }, { not: { all: [yes, no] } }],
        wrong: [{ all: [yes, no] }, { any: [no, no] }, { not: yes }, { not: { any: [no, yes] } }],
      });
    },
  },
  {
    name: 'compares text by its UTF-8 bytes',
    async run(open) {
      const { table } = await open();
      // U+FFFD sorts before U+1F39F in UTF-8 and behind it in UTF-16.
      await seed(table, [{ ...KEY, text: '\ufffd' }]);
      const less = await updateOne(table, { update: KEY, set: { text: '\ufffd' }, condition: { less: ['text', '🎟'] } });
      assert.equal(less.outcome, 'applied');
    },
  },
  {
    name: 'sees no attribute on a missing row',
    async run(open) {
      const { table } = await open();
      const refused = await updateOne(table, { put: KEY, condition: { exists: 'PK' } });
      assert.deepEqual(refused, { outcome: 'refused', item: undefined });
      assert.equal((await updateOne(table, { put: KEY, condition: { notEquals: ['PK', KEY.PK] } })).outcome, 'applied');
    },
  },
  {
    name: 'refuses a condition that is not one',
    async run(open) {
      const { table } = await open();
      const wrong = [
        {},
        { equals: ['n'] },
        { similar: ['n', 1] },
        { exists: 'n', absent: 'm' },
        { less: ['yes', true] },
      ];
      for (const condition of wrong)
        await assertCode(updateOne(table, { put: KEY, condition: condition as unknown as Condition }), 'validation');
    },
  },
];
