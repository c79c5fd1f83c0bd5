import assert from 'node:assert/strict';
import { collectionIndexCases } from './collection-index-cases.ts';
import { collectionQueryCases } from './collection-query-cases.ts';
import { assertFailed, collectionWith, type DatabaseSubject, done, type Fan } from './collection-subject.ts';
import { collectionUpdateCases } from './collection-update-cases.ts';
import { assertCode } from './expect.ts';
import { type Case, createSuite } from './suite.ts';
import { transactionCases } from './transaction-cases.ts';

const MEBIBYTE = 1_048_576;

const storingCases: readonly Case<DatabaseSubject>[] = [
  {
    name: 'hands back documents by id as they were, in the order of the ids asked for',
    async run(open) {
      const documents: Fan[] = [
        {
          _id: 'a',
          text: 'é✓\u0000',
          number: 0.1,
          big: 2 ** 53 - 1,
          nothing: null,
          yes: true,
          list: [1, ['x'], { y: {} }],
        },
        { _id: 'Ж', nested: { deep: { deeper: [] } } },
      ];
      const fans = await collectionWith(await open(), documents);
      assert.deepEqual(await fans.findById('a'), documents[0]);
      assert.deepEqual(await fans.findByIds(['Ж', 'none', 'a', 'Ж']), [
        documents[1],
        undefined,
        documents[0],
        documents[1],
      ]);
    },
  },
  {
    name: 'refuses a second document under an id, and keeps the first',
    async run(open) {
      const fans = await collectionWith(await open(), [{ _id: 'a', n: 1 }]);
      await assertCode(fans.insertOne({ _id: 'a', n: 2 }), 'duplicate_key');
      assert.deepEqual(await fans.find(), [{ _id: 'a', n: 1 }]);
    },
  },
  {
    name: 'refuses ids that are no text of 1 to 512 bytes',
    async run(open) {
      const fans = await collectionWith(await open(), [{ _id: `${'i'.repeat(510)}é` }]);
      await assertCode(fans.insertOne({ _id: '' }), 'validation');
      await assertCode(fans.insertOne({ _id: `${'i'.repeat(511)}é` }), 'validation');
      await assertCode(fans.insertOne({ _id: 7 } as unknown as Fan), 'validation');
      assert.equal(await fans.count(), 1);
    },
  },
  {
    name: 'refuses a document of more than 16 MiB',
    async run(open) {
      const fans = await collectionWith(await open(), [{ _id: 'a', text: 'x'.repeat(15 * MEBIBYTE) }]);
      await assertCode(fans.insertOne({ _id: 'b', text: 'x'.repeat(16 * MEBIBYTE) }), 'too_large');
      assert.equal(await fans.count(), 1);
    },
  },
  {
    name: 'shares no object with its callers',
    async run(open) {
      const document = { _id: 'a', list: [1] };
      const fans = await collectionWith(await open(), [document]);
      document.list.push(2);
      const found = await fans.findById('a');
      assert.deepEqual(found, { _id: 'a', list: [1] });
      (found.list as number[]).push(3);
      assert.deepEqual(await fans.findById('a'), { _id: 'a', list: [1] });
    },
  },
  {
    name: 'deletes one document that matches, and says how many that were',
    async run(open) {
      const fans = await collectionWith(await open(), [
        { _id: 'a', n: 1 },
        { _id: 'b', n: 1 },
      ]);
      assert.equal(await fans.deleteOne({ n: 1 }), 1);
      assert.equal(await fans.count(), 1);
      assert.equal(await fans.deleteOne({ n: 2 }), 0);
      assert.equal(await fans.deleteOne({ n: 1 }), 1);
      assert.deepEqual(await fans.find(), []);
    },
  },
  {
    name: 'keeps collections apart',
    async run(open) {
      const subject = await open();
      const fans = await collectionWith(subject, [{ _id: 'a', n: 1 }]);
      const others = subject.database.collection<Fan>('others');
      await others.insertOne({ _id: 'a', n: 2 });
      assert.deepEqual(
        [await fans.findById('a'), await others.findById('a')],
        [
          { _id: 'a', n: 1 },
          { _id: 'a', n: 2 },
        ],
      );
    },
  },
];

const bulkCases: readonly Case<DatabaseSubject>[] = [
  {
    name: 'answers every operation of a bulk in its place, and goes on behind one that fails',
    async run(open) {
      const fans = await collectionWith(await open(), [{ _id: 'a', n: 1 }]);
      const results = await fans.bulkWrite([
        { insertOne: { document: { _id: 'b' } } },
        { insertOne: { document: { _id: 'a' } } },
        { updateOne: { filter: { _id: 'a' }, update: { $inc: { n: 1 } } } },
        { updateOne: { filter: { _id: 'c' }, update: { $set: { n: 5 } }, upsert: true } },
        { updateOne: { filter: { _id: 'a' }, update: { $unknown: { n: 1 } } } },
        { replaceOne: { filter: { _id: 'b' }, replacement: { _id: 'b', n: 3 } } },
        { deleteOne: { filter: { _id: 'c' } } },
        { deleteOne: { filter: { _id: 'none' } } },
      ]);
      assert.equal(results.length, 8);
      assertFailed(results[1], 'duplicate_key');
      assertFailed(results[4], 'validation');
      assert.deepEqual(
        [2, 3, 5, 6, 7]
          .map((position) => done(results[position]))
          .map(({ matched, upsertedId }) => [matched, upsertedId]),
        [
          [1, undefined],
          [0, 'c'],
          [1, undefined],
          [1, undefined],
          [0, undefined],
        ],
      );
      assert.deepEqual(await fans.find({ sort: [['n', 1]] }), [
        { _id: 'a', n: 2 },
        { _id: 'b', n: 3 },
      ]);
    },
  },
  {
    name: 'lets an operation of a bulk see those before it',
    async run(open) {
      const fans = await collectionWith(await open(), []);
      const add = { updateOne: { filter: { _id: 'a' }, update: { $inc: { n: 1 } }, upsert: true } };
      await fans.bulkWrite(Array.from({ length: 5_000 }, () => add));
      assert.deepEqual(await fans.find(), [{ _id: 'a', n: 5_000 }]);
    },
  },
  {
    name: 'writes under a revision only when it is still that one',
    async run(open) {
      const fans = await collectionWith(await open(), [{ _id: 'a', revision: 3 }]);
      const write = (revision: number, text: string) => ({
        updateOne: { filter: { _id: 'a', revision }, update: { $set: { text, revision: revision + 1 } } },
      });
      const results = await fans.bulkWrite([write(2, 'late'), write(3, 'good'), write(3, 'late too')]);
      assert.deepEqual(
        results.map((result) => done(result).matched),
        [0, 1, 0],
      );
      assert.deepEqual(await fans.findById('a'), { _id: 'a', revision: 4, text: 'good' });
    },
  },
];

export const collectionCases: readonly Case<DatabaseSubject>[] = [
  ...storingCases,
  ...bulkCases,
  ...collectionUpdateCases,
  ...collectionQueryCases,
  ...collectionIndexCases,
  ...transactionCases,
];

/** Registers the cases of a database with its collections. */
export const collectionSuite = createSuite('collection', collectionCases);
