import assert from 'node:assert/strict';
import type { Collection, TransactionStep } from '@verifiedfan/ports';
import type { DatabaseSubject, Fan } from './collection-subject.ts';
import { assertCode } from './expect.ts';
import type { Case } from './suite.ts';

/** A campaign in version 1, and an empty outbox in which each sequence may stand once. */
const setUp = async ({
  database,
}: DatabaseSubject): Promise<{ campaigns: Collection<Fan>; outbox: Collection<Fan> }> => {
  const campaigns = database.collection<Fan>('campaigns');
  const outbox = database.collection<Fan>('outbox', {
    indexes: [{ name: 'sequence', fields: [['sequence', 1]], unique: true }],
  });
  await campaigns.insertOne({ _id: 'c', version: 1, status: 'DRAFT' });
  return { campaigns, outbox };
};

const move = (version: number, expectMatched?: number): TransactionStep => ({
  collection: 'campaigns',
  operation: {
    updateOne: { filter: { _id: 'c', version }, update: { $set: { status: 'OPEN', version: version + 1 } } },
  },
  ...(expectMatched === undefined ? {} : { expectMatched }),
});

const publish = (id: string, sequence: number): TransactionStep => ({
  collection: 'outbox',
  operation: { insertOne: { document: { _id: id, sequence } } },
  expectMatched: 1,
});

const BEFORE = { _id: 'c', version: 1, status: 'DRAFT' };

export const transactionCases: readonly Case<DatabaseSubject>[] = [
  {
    name: 'commits a list of steps over several collections, answered in order',
    async run(open) {
      const subject = await open();
      const { campaigns, outbox } = await setUp(subject);
      const result = await subject.database.transact([move(1, 1), publish('o1', 1), move(7)]);
      assert.equal(result.outcome, 'committed');
      assert.deepEqual(
        result.results.map((one) => (one.outcome === 'done' ? one.matched : one.error)),
        [1, 1, 0],
      );
      assert.deepEqual(await campaigns.findById('c'), { _id: 'c', version: 2, status: 'OPEN' });
      assert.deepEqual(await outbox.find(), [{ _id: 'o1', sequence: 1 }]);
    },
  },
  {
    name: 'writes nothing when a step matches another number than expected, and names the step',
    async run(open) {
      const subject = await open();
      const { campaigns, outbox } = await setUp(subject);
      const steps = [publish('o1', 1), move(1, 1), move(1, 1), publish('o2', 2)];
      assert.deepEqual(await subject.database.transact(steps), {
        outcome: 'aborted',
        step: 2,
        code: 'unexpected_match',
      });
      assert.deepEqual([await campaigns.findById('c'), await outbox.find()], [BEFORE, []]);
      assert.deepEqual(await subject.database.transact([move(1, 0)]), {
        outcome: 'aborted',
        step: 0,
        code: 'unexpected_match',
      });
      assert.deepEqual(await campaigns.findById('c'), BEFORE);
    },
  },
  {
    name: 'writes nothing when a unique index or an id refuses a step, and names the step',
    async run(open) {
      const subject = await open();
      const { campaigns, outbox } = await setUp(subject);
      const byIndex = await subject.database.transact([move(1, 1), publish('o1', 1), publish('o2', 1)]);
      assert.deepEqual(byIndex, { outcome: 'aborted', step: 2, code: 'duplicate_key' });
      const byId = await subject.database.transact([publish('o1', 1), publish('o1', 2)]);
      assert.deepEqual(byId, { outcome: 'aborted', step: 1, code: 'duplicate_key' });
      assert.deepEqual([await campaigns.findById('c'), await outbox.find()], [BEFORE, []]);
    },
  },
  {
    name: 'writes nothing when a step is wrong in itself',
    async run(open) {
      const subject = await open();
      const { campaigns, outbox } = await setUp(subject);
      const wrong: TransactionStep = {
        collection: 'campaigns',
        operation: { updateOne: { filter: { _id: 'c' }, update: { $inc: { status: 1 } } } },
      };
      await assertCode(subject.database.transact([publish('o1', 1), wrong]), 'validation');
      assert.deepEqual([await campaigns.findById('c'), await outbox.find()], [BEFORE, []]);
    },
  },
  {
    name: 'lets one of two transactions win that start from the same version',
    async run(open) {
      const subject = await open();
      const { campaigns, outbox } = await setUp(subject);
      const results = await Promise.all(
        ['o1', 'o2'].map((id, index) => subject.database.transact([move(1, 1), publish(id, index)])),
      );
      assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['aborted', 'committed']);
      assert.equal((await campaigns.findById('c'))?.version, 2);
      assert.equal(await outbox.count(), 1);
    },
  },
];
