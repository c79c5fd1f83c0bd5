import assert from 'node:assert/strict';
import { assertCode } from './expect.ts';
import { assertEmpty, assertRefused, bodiesOf, type QueueSubject, receiveOne, send, texts } from './queue-subject.ts';
import { queueWaitCases } from './queue-wait-cases.ts';
import { type Case, createSuite } from './suite.ts';

const MEBIBYTE = 1_048_576;
const attributesOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'v']));

const sendingCases: readonly Case<QueueSubject>[] = [
  {
    name: 'hands back what was sent, with its times and its first receive',
    async run(open) {
      const { queue } = await open();
      const [messageId] = await send(queue, [
        { body: 'héllo\n✓', attributes: { kind: 'order', 'trace.parent': '00-ab' } },
      ]);
      const message = await receiveOne(queue);
      assert.equal(message.messageId, messageId);
      assert.equal(message.body, 'héllo\n✓');
      assert.deepEqual(message.attributes, { kind: 'order', 'trace.parent': '00-ab' });
      assert.equal(message.receiveCount, 1);
      assert.ok(message.sentAtMs > 1e12 && message.firstReceivedAtMs >= message.sentAtMs, 'times are in milliseconds');
    },
  },
  {
    name: 'answers every message of a send in its place, and stores only the good ones',
    async run(open) {
      const { queue } = await open();
      const bad = [
        { body: '' },
        { body: 'control \u0001' },
        { body: 'x', attributes: attributesOf(11) },
        { body: 'x', attributes: { empty: '' } },
        { body: 'x', delaySeconds: 901 },
      ];
      const results = await queue.sendMany([{ body: 'first', attributes: attributesOf(10) }, ...bad, { body: 'last' }]);
      assertRefused(results.slice(1, -1), bad.length);
      assert.ok(results[0] && 'messageId' in results[0]);
      assert.deepEqual(bodiesOf(await queue.receive({ max: 10 })).sort(), ['first', 'last']);
    },
  },
  {
    name: 'takes 1 MiB with its attributes, and not a byte more',
    async run(open) {
      const { queue } = await open();
      await send(queue, [{ body: 'é'.repeat(MEBIBYTE / 2) }]);
      assert.equal((await receiveOne(queue)).body.length, MEBIBYTE / 2);
      assertRefused(await queue.sendMany([{ body: `${'é'.repeat(MEBIBYTE / 2)}!` }]), 1);
      assertRefused(await queue.sendMany([{ body: 'a'.repeat(MEBIBYTE), attributes: { a: 'b' } }]), 1);
    },
  },
  {
    name: 'takes and gives many messages, each once',
    async run(open) {
      const { queue } = await open();
      const bodies = Array.from({ length: 250 }, (_, index) => `message ${index}`);
      await send(queue, texts(bodies));
      const received: string[] = [];
      for (let page = await queue.receive({ max: 100 }); page.length > 0; page = await queue.receive({ max: 100 })) {
        received.push(...bodiesOf(page));
      }
      assert.deepEqual(received.sort(), bodies.sort());
    },
  },
  {
    name: 'hides a delayed message until its time',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, [{ body: 'later', delaySeconds: 2 }]);
      await assertEmpty(queue, 'the delay is not over');
      await pass(2_100);
      assert.equal((await receiveOne(queue)).body, 'later');
    },
  },
  {
    name: 'refuses calls outside of their limits',
    async run(open) {
      const { queue } = await open();
      await assertCode(queue.receive({ max: 0 }), 'validation');
      await assertCode(queue.receive({ max: 10_001 }), 'validation');
      await assertCode(queue.receive({ max: 1, visibilitySeconds: 43_201 }), 'validation');
      await assertCode(queue.changeVisibility([], 43_201), 'validation');
    },
  },
];

const receivingCases: readonly Case<QueueSubject>[] = [
  {
    name: 'hides a received message until its visibility ends, then counts another receive',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, texts(['a']));
      const first = await receiveOne(queue, 2);
      await assertEmpty(queue, 'the message is in flight');
      await pass(2_100);
      const second = await receiveOne(queue);
      assert.equal(second.messageId, first.messageId);
      assert.equal(second.receiveCount, 2);
      assert.equal(second.firstReceivedAtMs, first.firstReceivedAtMs);
      assert.notEqual(second.receiptHandle, first.receiptHandle);
    },
  },
  {
    name: 'never gives a deleted message again, and takes a second deletion',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, texts(['a']));
      const { receiptHandle } = await receiveOne(queue, 1);
      assert.deepEqual(await queue.deleteMany([receiptHandle]), [{ deleted: true }]);
      assert.deepEqual(await queue.deleteMany([receiptHandle]), [{ deleted: true }]);
      await pass(1_100);
      await assertEmpty(queue, 'the message was deleted');
      assert.deepEqual(await queue.depth(), { visible: 0, inFlight: 0, delayed: 0 });
    },
  },
  {
    name: 'deletes a message whose visibility has ended, as long as nobody received it again',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, texts(['a']));
      const { receiptHandle } = await receiveOne(queue, 1);
      await pass(1_100);
      assert.deepEqual(await queue.deleteMany([receiptHandle]), [{ deleted: true }]);
      await assertEmpty(queue, 'the message was deleted');
    },
  },
  {
    name: 'leaves a message to its newer receiver when a stale handle deletes it',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, texts(['a']));
      const stale = await receiveOne(queue, 1);
      await pass(1_100);
      const newer = await receiveOne(queue, 1);
      await queue.deleteMany([stale.receiptHandle]);
      assert.deepEqual(await queue.changeVisibility([newer.receiptHandle], 5), [{ changed: true }]);
    },
  },
  {
    name: 'refuses handles that name no receive',
    async run(open) {
      const { queue } = await open();
      assertRefused(await queue.deleteMany(['', 'no handle']), 2);
      assertRefused(await queue.changeVisibility(['no handle'], 5), 1);
    },
  },
  {
    name: 'hides a message for longer, and gives one back at once',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, texts(['a']));
      const { receiptHandle } = await receiveOne(queue, 1);
      assert.deepEqual(await queue.changeVisibility([receiptHandle], 30), [{ changed: true }]);
      await pass(1_100);
      await assertEmpty(queue, 'the message is hidden for longer');
      assert.deepEqual(await queue.changeVisibility([receiptHandle], 0), [{ changed: true }]);
      assert.equal((await receiveOne(queue)).receiveCount, 2);
    },
  },
  {
    name: 'refuses to hide a message that is not in flight under the handle',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, texts(['a']));
      const { receiptHandle } = await receiveOne(queue, 1);
      await pass(1_100);
      assertRefused(await queue.changeVisibility([receiptHandle], 10), 1);
    },
  },
  {
    name: 'moves a message that was received too often, with its id, attributes and count',
    async run(open) {
      const { queue, deadLetters, pass } = await open();
      const [messageId] = await send(queue, [{ body: 'poison', attributes: { kind: 'order' } }]);
      await receiveOne(queue, 1);
      await pass(1_100);
      assert.equal((await receiveOne(queue, 1)).receiveCount, 2);
      await pass(1_100);
      assert.equal((await deadLetters.depth()).visible, 0, 'it moves with the next attempt to receive it');
      await assertEmpty(queue, 'it was received twice');
      const dead = await receiveOne(deadLetters);
      assert.deepEqual(
        { messageId: dead.messageId, body: dead.body, attributes: dead.attributes, receiveCount: dead.receiveCount },
        { messageId, body: 'poison', attributes: { kind: 'order' }, receiveCount: 3 },
      );
    },
  },
  {
    name: 'counts what is visible, in flight and delayed',
    async run(open) {
      const { queue } = await open();
      await send(queue, [...texts(['a', 'b', 'c']), { body: 'd', delaySeconds: 60 }]);
      await receiveOne(queue);
      assert.deepEqual(await queue.depth(), { visible: 2, inFlight: 1, delayed: 1 });
    },
  },
  {
    name: 'shows messages in the order of arrival without receiving them',
    async run(open) {
      const { queue } = await open();
      await send(queue, texts(['a', 'b', 'c']));
      const first = await queue.peek({ limit: 2 });
      assert.deepEqual(bodiesOf(first.messages), ['a', 'b']);
      const second = await queue.peek({ limit: 2, ...(first.last === undefined ? {} : { after: first.last }) });
      assert.deepEqual(bodiesOf(second.messages), ['c']);
      assert.deepEqual(await queue.depth(), { visible: 3, inFlight: 0, delayed: 0 });
      assert.equal((await receiveOne(queue)).receiveCount, 1);
    },
  },
];

/** Cases of a standard queue. */
export const queueCases: readonly Case<QueueSubject>[] = [...sendingCases, ...receivingCases, ...queueWaitCases];

/** Registers the cases of a standard queue. */
export const queueSuite = createSuite('queue', queueCases);
