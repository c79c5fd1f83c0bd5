import assert from 'node:assert/strict';
import type { JsonObject } from '@verifiedfan/ports';
import { assertFailed, collectionWith, type DatabaseSubject, done, type Fan } from './collection-subject.ts';
import type { Case } from './suite.ts';

/** Update operators: the document before, the update, the document after. */
const UPDATES: readonly (readonly [before: JsonObject, update: JsonObject, after: JsonObject])[] = [
  [{ a: 1 }, { $set: { b: { c: [] }, a: 'x' } }, { a: 'x', b: { c: [] } }],
  [{ a: { b: 1 } }, { $set: { 'a.c.d': 2 } }, { a: { b: 1, c: { d: 2 } } }],
  [
    { list: [{ n: 1 }, { n: 2 }] },
    { $set: { 'list.1.n': 5, 'list.3': 'x' } },
    { list: [{ n: 1 }, { n: 5 }, null, 'x'] },
  ],
  [{ a: 1, b: { c: 1, d: 2 } }, { $unset: { a: '', 'b.c': '', none: '' } }, { b: { d: 2 } }],
  [{ n: 1 }, { $inc: { n: 2, m: -3, 'deep.k': 1 } }, { n: 3, m: -3, deep: { k: 1 } }],
  [{ n: 3 }, { $mul: { n: 2, m: 5 } }, { n: 6, m: 0 }],
  [{ n: 3, m: 3 }, { $min: { n: 2, m: 4, k: 1 } }, { n: 2, m: 3, k: 1 }],
  [{ n: 3, m: 3 }, { $max: { n: 2, m: 4 } }, { n: 3, m: 4 }],
  [{ list: [1] }, { $push: { list: 2, fresh: 'x' } }, { list: [1, 2], fresh: ['x'] }],
  [{ list: [5, 1] }, { $push: { list: { $each: [4, 2], $sort: 1, $slice: -3 } } }, { list: [2, 4, 5] }],
  [{ list: [1, 2] }, { $push: { list: { $each: [7, 8], $position: 1 } } }, { list: [1, 7, 8, 2] }],
  [{ list: [1] }, { $addToSet: { list: { $each: [1, 2, 2] } } }, { list: [1, 2] }],
  [{ list: [{ a: 1 }] }, { $addToSet: { list: { a: 1 } } }, { list: [{ a: 1 }] }],
  [{ list: [1, 2, 3, 2] }, { $pull: { list: 2 } }, { list: [1, 3] }],
  [{ list: [1, 5, 9] }, { $pull: { list: { $gte: 5 } } }, { list: [1] }],
  [{ list: [1, 2, 3] }, { $pop: { list: -1 } }, { list: [2, 3] }],
  [{ a: 1 }, { $rename: { a: 'b' } }, { b: 1 }],
  [
    { status: 'a', list: [1, 2] },
    { $set: { status: 'b' }, $pull: { list: 1 } },
    { status: 'b', list: [2] },
  ],
];

const REFUSED: readonly JsonObject[] = [
  { $inc: { text: 1 } },
  { $push: { text: 1 } },
  { $set: { 'text.part': 1 } },
  { $set: { _id: 'other' } },
  { $unset: { _id: '' } },
  { $set: { n: 1 }, $inc: { n: 1 } },
  { $set: { deep: 1, 'deep.er': 2 } },
  { $unknown: { n: 1 } },
  { n: 1 },
  {},
];

export const collectionUpdateCases: readonly Case<DatabaseSubject>[] = [
  {
    name: 'applies the update operators of MongoDB',
    async run(open) {
      const fans = await collectionWith(
        await open(),
        UPDATES.map(([before], index): Fan => ({ _id: `${index}`, ...before })),
      );
      for (const [index, [, update, after]] of UPDATES.entries()) {
        const changes = JSON.stringify(after) === JSON.stringify(UPDATES[index]?.[0]) ? 0 : 1;
        assert.deepEqual(done(await fans.updateOne({ _id: `${index}` }, update)), { matched: 1, modified: changes });
        assert.deepEqual(await fans.findById(`${index}`), { _id: `${index}`, ...after }, JSON.stringify(update));
      }
    },
  },
  {
    name: 'refuses an update that MongoDB refuses, and leaves the document as it was',
    async run(open) {
      const before = { _id: 'a', text: 'x', n: 1 };
      const fans = await collectionWith(await open(), [before]);
      for (const update of REFUSED) {
        assertFailed(await fans.updateOne({ _id: 'a' }, update), 'validation');
        assert.deepEqual(await fans.findById('a'), before, JSON.stringify(update));
      }
    },
  },
  {
    name: 'changes one document at most, and tells matched from modified',
    async run(open) {
      const fans = await collectionWith(await open(), [
        { _id: 'a', n: 1 },
        { _id: 'b', n: 1 },
      ]);
      assert.deepEqual(done(await fans.updateOne({ n: 1 }, { $set: { n: 2 } })), { matched: 1, modified: 1 });
      assert.deepEqual([await fans.count({ n: 1 }), await fans.count({ n: 2 })], [1, 1]);
      assert.deepEqual(done(await fans.updateOne({ n: 2 }, { $set: { n: 2 } })), { matched: 1, modified: 0 });
      assert.deepEqual(done(await fans.updateOne({ n: 9 }, { $set: { n: 2 } })), { matched: 0, modified: 0 });
    },
  },
  {
    name: 'makes a missing document from the filter, the update and $setOnInsert, once',
    async run(open) {
      const fans = await collectionWith(await open(), []);
      const filter = { _id: 'a', campaignId: 'c', 'date.open': { $eq: 5 }, n: { $gt: 3 } };
      const update = { $set: { status: 'new' }, $setOnInsert: { createdAt: 1 } };
      assert.deepEqual(done(await fans.updateOne(filter, update, { upsert: true })), {
        matched: 0,
        modified: 0,
        upsertedId: 'a',
      });
      const made = { _id: 'a', campaignId: 'c', date: { open: 5 }, status: 'new', createdAt: 1 };
      assert.deepEqual(await fans.findById('a'), made);
      const again = { $set: { status: 'old' }, $setOnInsert: { createdAt: 2 } };
      assert.deepEqual(done(await fans.updateOne({ _id: 'a' }, again, { upsert: true })), { matched: 1, modified: 1 });
      assert.deepEqual(await fans.findById('a'), { ...made, status: 'old' });
    },
  },
  {
    name: 'gives a new document an id when nothing names one',
    async run(open) {
      const fans = await collectionWith(await open(), []);
      const { upsertedId = '' } = done(await fans.updateOne({ sid: 's1' }, { $set: { n: 1 } }, { upsert: true }));
      assert.match(upsertedId, /^.+$/);
      assert.deepEqual(await fans.findById(upsertedId), { _id: upsertedId, sid: 's1', n: 1 });
    },
  },
  {
    name: 'fails an upsert whose id is taken by a document that the filter passes over',
    async run(open) {
      const fans = await collectionWith(await open(), [{ _id: 'a', revision: 2 }]);
      assertFailed(
        await fans.updateOne({ _id: 'a', revision: 1 }, { $set: { n: 1 } }, { upsert: true }),
        'duplicate_key',
      );
      assert.deepEqual(await fans.find(), [{ _id: 'a', revision: 2 }]);
    },
  },
  {
    name: 'replaces a document whole, and never its id',
    async run(open) {
      const fans = await collectionWith(await open(), [{ _id: 'a', old: 1 }]);
      const replace = (filter: JsonObject, replacement: Fan, upsert = false) =>
        fans.bulkWrite([{ replaceOne: { filter, replacement, upsert } }]);
      assert.deepEqual(done((await replace({ old: 1 }, { _id: 'a', fresh: 2 }))[0]), { matched: 1, modified: 1 });
      assert.deepEqual(await fans.find(), [{ _id: 'a', fresh: 2 }]);
      assertFailed((await replace({ _id: 'a' }, { _id: 'b' }))[0], 'validation');
      assert.deepEqual(done((await replace({ _id: 'c' }, { _id: 'c' }))[0]), { matched: 0, modified: 0 });
      assert.deepEqual(done((await replace({ _id: 'c' }, { _id: 'c', n: 1 }, true))[0]), {
        matched: 0,
        modified: 0,
        upsertedId: 'c',
      });
      assert.deepEqual(await fans.find({ sort: [['_id', 1]] }), [
        { _id: 'a', fresh: 2 },
        { _id: 'c', n: 1 },
      ]);
    },
  },
];
