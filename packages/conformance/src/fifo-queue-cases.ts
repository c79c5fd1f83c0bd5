import assert from 'node:assert/strict';
import { compareSequences } from '@verifiedfan/ports';
import { assertEmpty, assertRefused, bodiesOf, type QueueSubject, receiveOne, send, texts } from './queue-subject.ts';
import { type Case, createSuite } from './suite.ts';

const FIVE_MINUTES_MS = 300_000;

/** Cases of a FIFO queue. */
export const fifoQueueCases: readonly Case<QueueSubject>[] = [
  {
    name: 'gives the messages of a group in the order in which they were sent',
    async run(open) {
      const { queue } = await open();
      const bodies = Array.from({ length: 12 }, (_, index) => `m${index}`);
      await send(queue, texts(bodies.slice(0, 5), 'g'));
      await send(queue, texts(bodies.slice(5), 'g'));
      const received = [];
      for (let page = await queue.receive({ max: 5 }); page.length > 0; page = await queue.receive({ max: 5 })) {
        received.push(...page);
        await queue.deleteMany(page.map(({ receiptHandle }) => receiptHandle));
      }
      assert.deepEqual(bodiesOf(received), bodies);
      const sequences = received.map(({ sequence }) => sequence ?? '');
      assert.deepEqual(sequences, [...new Set(sequences)].sort(compareSequences), 'sequences rise');
      assert.deepEqual([received[0]?.group, received[0]?.deduplicationId], ['g', 'g-m0']);
    },
  },
  {
    name: 'gives several groups in one receive, each in its order',
    async run(open) {
      const { queue } = await open();
      await send(queue, [...texts(['1'], 'a'), ...texts(['2'], 'b'), ...texts(['3'], 'a'), ...texts(['4'], 'b')]);
      const messages = await queue.receive({ max: 10 });
      const ofGroup = (group: string) => bodiesOf(messages.filter((message) => message.group === group));
      assert.deepEqual(
        [ofGroup('a'), ofGroup('b')],
        [
          ['1', '3'],
          ['2', '4'],
        ],
      );
    },
  },
  {
    name: 'holds a group back while a message of it is in flight, and no other group',
    async run(open) {
      const { queue } = await open();
      await send(queue, [...texts(['1', '2'], 'a'), ...texts(['3'], 'b')]);
      const first = await receiveOne(queue);
      assert.deepEqual([first.body, bodiesOf(await queue.receive({ max: 10 }))], ['1', ['3']]);
      await assertEmpty(queue, 'both groups are in flight');
      await queue.deleteMany([first.receiptHandle]);
      assert.equal((await receiveOne(queue)).body, '2');
    },
  },
  {
    name: 'gives a returned message before the later ones of its group',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, texts(['1', '2', '3'], 'a'));
      const batch = await queue.receive({ max: 2, visibilitySeconds: 1 });
      await queue.changeVisibility([batch[1]?.receiptHandle ?? ''], 0);
      await assertEmpty(queue, 'the head of the group is in flight');
      await pass(1_100);
      assert.deepEqual(bodiesOf(await queue.receive({ max: 10 })), ['1', '2', '3']);
    },
  },
  {
    name: 'answers a repeated deduplication id as sent and does not deliver it, also after the first was deleted',
    async run(open) {
      const { queue } = await open();
      const [first] = await send(queue, [{ body: 'one', group: 'a', deduplicationId: 'd' }]);
      assert.deepEqual(await send(queue, [{ body: 'two', group: 'a', deduplicationId: 'd' }]), [first]);
      const message = await receiveOne(queue);
      assert.equal(message.body, 'one');
      await queue.deleteMany([message.receiptHandle]);
      assert.deepEqual(await send(queue, [{ body: 'three', group: 'b', deduplicationId: 'd' }]), [first]);
      await assertEmpty(queue, 'nothing new was sent');
    },
  },
  {
    name: 'forgets a deduplication id after five minutes',
    async run(open) {
      const { queue, pass } = await open();
      const message = { body: 'one', group: 'a', deduplicationId: 'd' };
      await send(queue, [message]);
      await queue.deleteMany([(await receiveOne(queue)).receiptHandle]);
      await pass(FIVE_MINUTES_MS - 1_000);
      await send(queue, [message]);
      await assertEmpty(queue, 'the five minutes are not over');
      await pass(1_000);
      await send(queue, [message]);
      assert.equal((await receiveOne(queue)).body, 'one');
    },
  },
  {
    name: 'refuses messages without group or deduplication id, and delays of its own',
    async run(open) {
      const { queue } = await open();
      const bad = [
        { body: 'x', deduplicationId: 'd' },
        { body: 'x', group: 'g' },
        { body: 'x', group: '', deduplicationId: 'd' },
        { body: 'x', group: 'g'.repeat(129), deduplicationId: 'd' },
        { body: 'x', group: 'g', deduplicationId: 'd', delaySeconds: 2 },
      ];
      assertRefused(await queue.sendMany(bad), bad.length);
      await assertEmpty(queue, 'nothing was taken');
    },
  },
  {
    name: 'refuses a deletion after the visibility has ended',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, texts(['1'], 'a'));
      const { receiptHandle } = await receiveOne(queue, 1);
      await pass(1_100);
      assertRefused(await queue.deleteMany([receiptHandle]), 1);
      assert.equal((await receiveOne(queue)).receiveCount, 2);
    },
  },
  {
    name: 'moves on in a group when its head was received too often',
    async run(open) {
      const { queue, deadLetters, pass } = await open();
      const [poison] = await send(queue, texts(['poison', 'next'], 'a'));
      for (const receiveCount of [1, 2]) {
        assert.equal((await receiveOne(queue, 1)).receiveCount, receiveCount);
        await pass(1_100);
      }
      const next = bodiesOf(await queue.receive({ max: 1 }));
      assert.deepEqual(next.length > 0 ? next : bodiesOf(await queue.receive({ max: 1 })), ['next']);
      const dead = await receiveOne(deadLetters);
      assert.deepEqual([dead.messageId, dead.group, dead.receiveCount], [poison, 'a', 3]);
    },
  },
];

/** Registers the cases of a FIFO queue. */
export const fifoQueueSuite = createSuite('FIFO queue', fifoQueueCases);
