import assert from 'node:assert/strict';
import type { IndexDefinition } from '@verifiedfan/ports';
import { FANS, FILTERS } from './collection-query-cases.ts';
import { assertFailed, collectionWith, type DatabaseSubject, done, type Fan, idsFor } from './collection-subject.ts';
import { assertCode } from './expect.ts';
import type { Case } from './suite.ts';

const INDEXES: readonly IndexDefinition[] = [
  {
    name: 'age',
    fields: [
      ['age', 1],
      ['name', -1],
    ],
  },
  { name: 'tags', fields: [['tags', 1]] },
  { name: 'city', fields: [['place.city', 1]] },
  {
    name: 'shows',
    fields: [
      ['shows.rank', -1],
      ['age', 1],
    ],
  },
  { name: 'id', fields: [['_id', 1]] },
  { name: 'named', fields: [['age', 1]], onlyWhereString: 'name' },
];

const domain: IndexDefinition = { name: 'domain', fields: [['domain', 1]], unique: true, onlyWhereString: 'domain' };

export const collectionIndexCases: readonly Case<DatabaseSubject>[] = [
  {
    name: 'finds the same with indexes as without, also after changes',
    async run(open) {
      const fans = await collectionWith(await open(), FANS, { indexes: INDEXES });
      for (const [filter, ids] of FILTERS) assert.equal(await idsFor(fans, filter), ids, JSON.stringify(filter));
      await fans.updateOne({ _id: 'a' }, { $set: { age: 31, tags: ['z'] }, $unset: { place: '' } });
      await fans.deleteOne({ _id: 'd' });
      assert.deepEqual(
        [
          await idsFor(fans, { age: 30 }),
          await idsFor(fans, { age: 31 }),
          await idsFor(fans, { tags: 'x' }),
          await idsFor(fans, { tags: 'z' }),
        ],
        ['', 'a', '', 'a'],
      );
      assert.deepEqual([await fans.count({ age: 40 }), await fans.count({ 'place.city': 'Graz' })], [0, 0]);
    },
  },
  {
    name: 'sorts by an index in both directions, each document once',
    async run(open) {
      const documents = Array.from({ length: 40 }, (_, index): Fan => ({ _id: `${index}`, n: index % 7, m: index }));
      const index: IndexDefinition = {
        name: 'n',
        fields: [
          ['n', 1],
          ['m', -1],
        ],
      };
      const fans = await collectionWith(await open(), documents, { indexes: [index] });
      const expected = [...documents].sort((a, b) => Number(a.n) - Number(b.n) || Number(b.m) - Number(a.m));
      assert.deepEqual(
        await fans.find({
          sort: [
            ['n', 1],
            ['m', -1],
          ],
        }),
        expected,
      );
      assert.deepEqual(
        await fans.find({
          sort: [
            ['n', -1],
            ['m', 1],
          ],
          limit: 9,
        }),
        [...expected].reverse().slice(0, 9),
      );
      const sixes = expected.filter(({ n, m }) => n === 6 && Number(m) > 5);
      assert.deepEqual(
        await fans.find({ filter: { n: 6, m: { $gt: 5 } }, sort: [['m', -1]], skip: 1 }),
        sixes.slice(1),
      );
    },
  },
  {
    name: 'refuses what a unique index refuses, in every kind of write, and changes nothing',
    async run(open) {
      const indexes: IndexDefinition[] = [
        {
          name: 'sid',
          fields: [
            ['sid', 1],
            ['kind', 1],
          ],
          unique: true,
        },
      ];
      const before: Fan[] = [
        { _id: 'a', sid: 's', kind: 1 },
        { _id: 'b', sid: 's', kind: 2 },
      ];
      const fans = await collectionWith(await open(), before, { indexes });
      await assertCode(fans.insertOne({ _id: 'c', sid: 's', kind: 1 }), 'duplicate_key');
      assertFailed(await fans.updateOne({ _id: 'b' }, { $set: { kind: 1, n: 1 } }), 'duplicate_key');
      const [replaced] = await fans.bulkWrite([
        { replaceOne: { filter: { _id: 'b' }, replacement: { _id: 'b', sid: 's', kind: 1 } } },
      ]);
      assertFailed(replaced, 'duplicate_key');
      assertFailed(
        await fans.updateOne({ sid: 's', kind: 1, none: 1 }, { $set: { n: 1 } }, { upsert: true }),
        'duplicate_key',
      );
      assert.deepEqual(await fans.find({ sort: [['_id', 1]] }), before);
      assert.deepEqual(done(await fans.updateOne({ _id: 'a' }, { $set: { n: 1 } })), { matched: 1, modified: 1 });
    },
  },
  {
    name: 'counts a missing field as null in a unique index',
    async run(open) {
      const indexes: IndexDefinition[] = [{ name: 'sid', fields: [['sid', 1]], unique: true }];
      const fans = await collectionWith(await open(), [{ _id: 'a' }], { indexes });
      await assertCode(fans.insertOne({ _id: 'b', sid: null }), 'duplicate_key');
    },
  },
  {
    name: 'frees a unique value when its document lets go of it',
    async run(open) {
      const indexes: IndexDefinition[] = [{ name: 'sid', fields: [['sid', 1]], unique: true }];
      const fans = await collectionWith(
        await open(),
        [
          { _id: 'a', sid: 's' },
          { _id: 'b', sid: 't' },
        ],
        { indexes },
      );
      await fans.updateOne({ _id: 'a' }, { $set: { sid: 'u' } });
      await fans.deleteOne({ _id: 'b' });
      await fans.insertOne({ _id: 'c', sid: 's' });
      await fans.insertOne({ _id: 'd', sid: 't' });
      assert.equal(await fans.count(), 3);
    },
  },
  {
    name: 'binds a partial unique index to documents in which the field is a string',
    async run(open) {
      const fans = await collectionWith(
        await open(),
        [{ _id: 'a', domain: 'x.test' }, { _id: 'b' }, { _id: 'c', domain: null }],
        {
          indexes: [domain],
        },
      );
      await fans.insertOne({ _id: 'd' });
      await fans.insertOne({ _id: 'e', domain: null });
      await fans.insertOne({ _id: 'f', domain: 5 });
      await fans.insertOne({ _id: 'g', domain: 5 });
      await assertCode(fans.insertOne({ _id: 'h', domain: 'x.test' }), 'duplicate_key');
      await fans.updateOne({ _id: 'a' }, { $unset: { domain: '' } });
      await fans.insertOne({ _id: 'h', domain: 'x.test' });
      assert.deepEqual([await idsFor(fans, { domain: 'x.test' }), await idsFor(fans, { domain: 5 })], ['h', 'f g']);
    },
  },
];
