import assert from 'node:assert/strict';
import type { Item, JsonValue } from '@verifiedfan/ports';
import { assertCode } from './expect.ts';
import type { Case } from './suite.ts';
import { KEY, OTHER, seed, type TableSubject, updateOne } from './table-subject.ts';

const nest = (levels: number): JsonValue =>
  levels === 0 ? 'leaf' : levels % 2 ? [nest(levels - 1)] : { inner: nest(levels - 1) };

const MAX_ITEM_BYTES = 409_600;
/** An item of exactly this many bytes as DynamoDB counts: names and values, both in UTF-8. */
const itemOf = (bytes: number): Item => {
  const names = 'PK'.length + KEY.PK.length + 'SK'.length + KEY.SK.length + 'ä'.length + 1;
  const rest = bytes - names;
  return { ...KEY, ä: 'é'.repeat(Math.floor(rest / 2)) + 'e'.repeat(rest % 2) };
};

/** Values that a caller without types may hand in. */
const untyped = (value: unknown): Item => ({ ...KEY, value: value as JsonValue });

export const tableLimitCases: readonly Case<TableSubject>[] = [
  {
    name: 'takes keys up to their limits in bytes and refuses others',
    async run(open) {
      const { table } = await open();
      const longest = { PK: 'é'.repeat(1_024), SK: 'é'.repeat(512) };
      await seed(table, [longest]);
      assert.deepEqual(await table.get(longest), longest);
      const wrong = [
        { PK: `${longest.PK}e`, SK: 'a' },
        { PK: 'a', SK: `${longest.SK}e` },
        { PK: '', SK: 'a' },
        { PK: 'a', SK: '' },
      ];
      for (const key of wrong) {
        await assertCode(table.updateMany([{ update: key }]), 'validation');
        await assertCode(table.getMany([key]), 'validation');
      }
    },
  },
  {
    name: 'keeps keys apart that look alike',
    async run(open) {
      const { table } = await open();
      const keys = ['a', 'a\u0000', 'a\u0001', 'a\u0000b', 'a\u0001\u0002b', 'ab'].flatMap((PK) =>
        ['c', 'b\u0000c', '\u0000c', '\u0002bc'].map((SK) => ({ PK, SK })),
      );
      const items = keys.map((key, number) => ({ ...key, number }));
      await seed(table, items);
      assert.deepEqual(await table.getMany(keys), items);
      assert.equal((await table.query({ PK: 'a' })).items.length, 4);
    },
  },
  {
    name: 'takes items up to 400 KB, counted in bytes with their names',
    async run(open) {
      const { table } = await open();
      await seed(table, [itemOf(MAX_ITEM_BYTES)]);
      await assertCode(table.updateMany([{ put: itemOf(MAX_ITEM_BYTES + 1) }]), 'too_large');
    },
  },
  {
    name: 'takes values nested up to 32 levels',
    async run(open) {
      const { table } = await open();
      // The text inside is the last level.
      const deepest = { ...KEY, value: nest(31) };
      await seed(table, [deepest]);
      assert.deepEqual(await table.get(KEY), deepest);
      await assertCode(table.updateMany([{ put: { ...OTHER, value: nest(32) } }]), 'validation');
    },
  },
  {
    name: 'refuses values that JSON cannot hand back',
    async run(open) {
      const { table } = await open();
      const wrong = [
        undefined,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        new Date(0),
        new Map(),
        1n,
        () => 1,
        [undefined],
        { a: undefined },
      ];
      for (const value of wrong) {
        await assertCode(table.updateMany([{ put: untyped(value) }]), 'validation');
        await assertCode(table.updateMany([{ update: KEY, set: { value: value as JsonValue } }]), 'validation');
      }
      assert.equal(await table.get(KEY), undefined);
    },
  },
  {
    name: 'refuses an update that names an attribute twice or changes a key',
    async run(open) {
      const { table } = await open();
      const wrong = [
        { set: { a: 1 }, remove: ['a'] },
        { setIfAbsent: { a: 1 }, add: { a: 1 } },
        { remove: ['a', 'a'] },
        { set: { SK: 'other' } },
        { remove: ['PK'] },
      ];
      for (const update of wrong) await assertCode(updateOne(table, { update: KEY, ...update }), 'validation');
    },
  },
];
