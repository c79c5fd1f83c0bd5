import assert from 'node:assert/strict';
import type { Item, SortKeyClause } from '@verifiedfan/ports';
import { assertCode } from './expect.ts';
import type { Case } from './suite.ts';
import { queryPages, seed, sortKeys, type TableSubject } from './table-subject.ts';

const PK = 'campaign:a';
const rows = (...keys: string[]): Item[] => keys.map((SK, number) => ({ PK, SK, number }));

const LETTERS = ['a', 'b', 'ba', 'bb', 'c', 'd'];
const CLAUSES: readonly (readonly [SortKeyClause, readonly string[]])[] = [
  [{ equals: 'b' }, ['b']],
  [{ beginsWith: 'b' }, ['b', 'ba', 'bb']],
  [{ between: ['b', 'c'] }, ['b', 'ba', 'bb', 'c']],
  [{ less: 'ba' }, ['a', 'b']],
  [{ lessOrEqual: 'ba' }, ['a', 'b', 'ba']],
  [{ greater: 'bb' }, ['c', 'd']],
  [{ greaterOrEqual: 'bb' }, ['bb', 'c', 'd']],
];

export const tableQueryCases: readonly Case<TableSubject>[] = [
  {
    name: 'returns the rows of one partition only',
    async run(open) {
      const { table } = await open();
      await seed(
        table,
        ['campaign:', PK, 'campaign:ab', 'campaign:a\u0001'].map((one) => ({ PK: one, SK: 'x' })),
      );
      assert.deepEqual(await table.query({ PK }), { items: [{ PK, SK: 'x' }] });
      assert.deepEqual(await table.query({ PK: 'nobody' }), { items: [] });
    },
  },
  {
    name: 'orders rows by the UTF-8 bytes of the sort key',
    async run(open) {
      const { table } = await open();
      const ordered = ['\u0000', '10', '9', 'B', 'a', 'é', '\ufffd', '🎟'];
      await seed(table, rows(...ordered.toReversed()));
      assert.deepEqual(sortKeys([await table.query({ PK })]), ordered);
    },
  },
  {
    name: 'keeps to every clause on the sort key, in both directions',
    async run(open) {
      const { table } = await open();
      await seed(table, rows(...LETTERS));
      for (const [SK, expected] of CLAUSES) {
        assert.deepEqual(sortKeys([await table.query({ PK, SK })]), expected);
        assert.deepEqual(sortKeys([await table.query({ PK, SK, reverse: true })]), expected.toReversed());
      }
    },
  },
  {
    name: 'walks through pages with every row once, in both directions',
    async run(open) {
      const { table } = await open();
      await seed(table, rows(...LETTERS));
      for (const reverse of [false, true]) {
        const pages = await queryPages(table, { PK, SK: { greater: 'a' }, limit: 2, reverse });
        assert.ok(pages.every(({ items }) => items.length <= 2));
        const expected = LETTERS.slice(1);
        assert.deepEqual(sortKeys(pages), reverse ? expected.toReversed() : expected);
      }
    },
  },
  {
    name: 'goes on behind the row at the very end of a clause, in both directions',
    async run(open) {
      const { table } = await open();
      await seed(table, rows(...LETTERS));
      for (const [SK, expected] of CLAUSES) {
        assert.deepEqual(sortKeys(await queryPages(table, { PK, SK, limit: 1 })), expected);
        assert.deepEqual(sortKeys(await queryPages(table, { PK, SK, limit: 1, reverse: true })), expected.toReversed());
      }
    },
  },
  {
    name: 'filters after the page was cut',
    async run(open) {
      const { table } = await open();
      await seed(table, rows(...LETTERS));
      const pages = await queryPages(table, { PK, limit: 2, filter: { oneOf: ['number', [2, 5]] } });
      assert.deepEqual(pages.map((page) => sortKeys([page])).slice(0, 3), [[], ['ba'], ['d']]);
      assert.ok(pages[0]?.cursor);
    },
  },
  {
    name: 'ends a page at 1 MB of rows',
    async run(open) {
      const { table } = await open();
      await seed(
        table,
        rows(...LETTERS).map((item) => ({ ...item, filling: 'é'.repeat(150_000) })),
      );
      const pages = await queryPages(table, { PK, filter: { equals: ['number', 5] } });
      assert.deepEqual(pages.map((page) => sortKeys([page])).slice(0, 2), [[], ['d']]);
      assert.deepEqual(sortKeys(await queryPages(table, { PK })), LETTERS);
      assert.ok((await table.query({ PK })).items.length <= 4, 'five of these rows are over 1 MB');
    },
  },
  {
    name: 'refuses filters on keys, empty or turned-round clauses, foreign cursors and limits below 1',
    async run(open) {
      const { table } = await open();
      await seed(table, rows(...LETTERS));
      const { cursor } = await table.query({ PK, limit: 1 });
      assert.ok(cursor);
      const wrong = [
        { PK, filter: { equals: ['SK', 'a'] as const } },
        { PK, filter: { not: { exists: 'PK' } } },
        { PK, SK: { between: ['b', 'a'] as const } },
        { PK, SK: { less: '' } },
        { PK, cursor: 'nonsense' },
        { PK: 'campaign:other', cursor },
        { PK, limit: 0 },
        { PK: '' },
      ];
      for (const query of wrong) await assertCode(table.query(query), 'validation');
    },
  },
  {
    name: 'shows the newest state of rows that were changed or deleted',
    async run(open) {
      const { table } = await open();
      await seed(table, rows('a', 'b', 'c'));
      await table.updateMany([{ delete: { PK, SK: 'b' } }, { update: { PK, SK: 'c' }, set: { number: 9 } }]);
      assert.deepEqual((await table.query({ PK })).items, [
        { PK, SK: 'a', number: 0 },
        { PK, SK: 'c', number: 9 },
      ]);
    },
  },
  {
    name: 'scans all rows of all partitions once, in pages',
    async run(open) {
      const { table } = await open();
      const items = ['p', 'q', 'r'].flatMap((one) => ['1', '2'].map((SK) => ({ PK: one, SK })));
      await seed(table, items);
      const seen: Item[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < 20; page++) {
        const answer = await table.scan({ limit: 2, ...(cursor !== undefined && { cursor }) });
        assert.ok(answer.items.length <= 2);
        seen.push(...answer.items);
        cursor = answer.cursor;
        if (cursor === undefined) break;
      }
      const byKey = (a: Item, b: Item): number => (a.PK + a.SK < b.PK + b.SK ? -1 : 1);
      assert.deepEqual(seen.toSorted(byKey), items);
    },
  },
];
