import assert from 'node:assert/strict';
import type { JsonObject } from '@verifiedfan/ports';
import { collectionWith, type DatabaseSubject, type Fan, idsFor } from './collection-subject.ts';
import { assertCode } from './expect.ts';
import type { Case } from './suite.ts';

export const FANS: readonly Fan[] = [
  { _id: 'a', name: 'Ann', age: 30, tags: ['x', 'y'], place: { city: 'Graz' } },
  { _id: 'b', name: 'Bob', age: 20, tags: [], place: { city: 'Linz' }, nick: null },
  {
    _id: 'c',
    name: 'cid',
    age: '30',
    tags: ['y'],
    shows: [
      { id: 1, rank: 2 },
      { id: 2, rank: 9 },
    ],
  },
  { _id: 'd', age: 40, tags: 'x', shows: [{ id: 1, rank: 9 }] },
];

/** Filters and the ids that they find among FANS. */
export const FILTERS: readonly (readonly [filter: JsonObject, ids: string])[] = [
  [{}, 'a b c d'],
  [{ _id: 'b' }, 'b'],
  [{ _id: { $in: ['d', 'a', 'none'] } }, 'a d'],
  [{ _id: { $gt: 'b' } }, 'c d'],
  [{ age: 30 }, 'a'],
  [{ age: '30' }, 'c'],
  [{ age: { $gte: 30 } }, 'a d'],
  [{ age: { $gt: 20, $lt: 40 } }, 'a'],
  [{ age: { $ne: 30 } }, 'b c d'],
  [{ age: { $nin: [20, 40] } }, 'a c'],
  [{ tags: 'x' }, 'a d'],
  [{ tags: { $in: ['y'] } }, 'a c'],
  [{ tags: { $all: ['x', 'y'] } }, 'a'],
  [{ tags: { $size: 0 } }, 'b'],
  [{ 'place.city': 'Graz' }, 'a'],
  [{ place: { city: 'Linz' } }, 'b'],
  [{ nick: null }, 'a b c d'],
  [{ nick: { $exists: true } }, 'b'],
  [{ name: { $exists: false } }, 'd'],
  [{ age: { $type: 'string' } }, 'c'],
  [{ name: { $regex: '^[ab]', $options: 'i' } }, 'a b'],
  [{ shows: { $elemMatch: { id: 1, rank: 9 } } }, 'd'],
  [{ 'shows.id': 1, 'shows.rank': 9 }, 'c d'],
  [{ 'shows.rank': { $gt: 5, $lt: 3 } }, 'c'],
  [{ $or: [{ age: 20 }, { name: 'cid' }] }, 'b c'],
  [{ $and: [{ tags: 'y' }, { age: 30 }] }, 'a'],
  [{ $nor: [{ tags: 'y' }, { age: 20 }] }, 'd'],
  [{ age: { $not: { $gt: 25 } } }, 'b c'],
];

export const collectionQueryCases: readonly Case<DatabaseSubject>[] = [
  {
    name: 'finds and counts by the query language of MongoDB',
    async run(open) {
      const fans = await collectionWith(await open(), FANS);
      for (const [filter, ids] of FILTERS) {
        assert.equal(await idsFor(fans, filter), ids, JSON.stringify(filter));
        assert.equal(await fans.count(filter), ids.split(' ').length, JSON.stringify(filter));
      }
      assert.equal(await idsFor(fans, { age: 99 }), '');
    },
  },
  {
    name: 'refuses what is outside of the query language',
    async run(open) {
      const fans = await collectionWith(await open(), FANS);
      for (const filter of [{ $unknown: 1 }, { age: { $unknown: 1 } }, { $or: [] }, { $where: 'true' }]) {
        await assertCode(fans.find({ filter }), 'validation');
        await assertCode(fans.count(filter), 'validation');
      }
    },
  },
  {
    name: 'sorts by fields and their directions, and cuts out a page',
    async run(open) {
      const documents = [5, 3, 3, 9, 1].map((n, index): Fan => ({ _id: `${index}`, n, m: { k: -index } }));
      const fans = await collectionWith(await open(), documents);
      const order = async (options: Parameters<typeof fans.find>[0]) =>
        (await fans.find(options)).map(({ _id }) => _id).join('');
      assert.equal(
        await order({
          sort: [
            ['n', 1],
            ['m.k', 1],
          ],
        }),
        '42103',
      );
      assert.equal(
        await order({
          sort: [
            ['n', -1],
            ['m.k', -1],
          ],
        }),
        '30124',
      );
      assert.equal(await order({ sort: [['m.k', -1]], skip: 1, limit: 3 }), '123');
      assert.equal(await order({ filter: { n: 3 }, sort: [['_id', -1]] }), '21');
      assert.equal(await order({ sort: [['n', 1]], skip: 9 }), '');
      assert.equal((await fans.findOne({ n: { $lt: 9 } }, { sort: [['n', -1]] }))?._id, '0');
      assert.equal(await fans.findOne({ n: 77 }), undefined);
    },
  },
  {
    name: 'orders values of unlike types as MongoDB does, and text by its UTF-8 bytes',
    async run(open) {
      // Missing and null stand together; the last two texts stand the other way round in UTF-16.
      const values = [null, -1, 0.5, 10, '', '10', '9', 'B', 'a', 'é', '\uFF5E', '\u{1F600}', { a: 1 }, false, true];
      const documents = values.map((value, index): Fan => ({ _id: `${String(index).padStart(2, '0')}`, value }));
      const fans = await collectionWith(await open(), [...documents].reverse());
      const sorted = await fans.find({ sort: [['value', 1]] });
      assert.deepEqual(
        sorted.map(({ value }) => value),
        values,
      );
      assert.equal(await fans.count({ value: { $gt: '\uFF5E' } }), 1);
      assert.equal(await fans.count({ value: { $gte: 0 } }), 2);
    },
  },
];
