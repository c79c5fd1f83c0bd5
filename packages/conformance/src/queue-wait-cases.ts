import assert from 'node:assert/strict';
import { settlesWithin } from './expect.ts';
import { bodiesOf, type QueueSubject, receiveOne, send, texts } from './queue-subject.ts';
import type { Case } from './suite.ts';

const LONG_WAIT_MS = 20_000;

/** Waiting for messages, on a standard queue. */
export const queueWaitCases: readonly Case<QueueSubject>[] = [
  {
    name: 'answers a waiting receive when a message is sent',
    async run(open) {
      const { queue } = await open();
      const receiving = queue.receive({ max: 10, waitMs: LONG_WAIT_MS });
      await send(queue, texts(['a']));
      assert.deepEqual(bodiesOf(await settlesWithin(receiving, 'a message was sent')), ['a']);
    },
  },
  {
    name: 'answers a waiting receive without messages when its time is over',
    async run(open) {
      const { queue, pass } = await open();
      const receiving = queue.receive({ max: 10, waitMs: 1_000 });
      await pass(1_100);
      assert.deepEqual(await settlesWithin(receiving, 'the wait is over'), []);
    },
  },
  {
    name: 'ends a waiting receive without an error when it is aborted',
    async run(open) {
      const { queue } = await open();
      const stop = new AbortController();
      const receiving = queue.receive({ max: 10, waitMs: LONG_WAIT_MS, signal: stop.signal });
      stop.abort();
      assert.deepEqual(await settlesWithin(receiving, 'the call was aborted'), []);
    },
  },
  {
    name: 'wakes a waiter when a message is sent, and at once when there is one',
    async run(open) {
      const { queue } = await open();
      const { signal } = new AbortController();
      const waiting = queue.waitForMessages(signal);
      await send(queue, texts(['a']));
      await settlesWithin(waiting, 'a message was sent');
      await settlesWithin(queue.waitForMessages(signal), 'there is a message');
    },
  },
  {
    name: 'wakes a waiter when a hidden message shows again',
    async run(open) {
      const { queue, pass } = await open();
      await send(queue, texts(['a']));
      await receiveOne(queue, 2);
      const waiting = queue.waitForMessages(new AbortController().signal);
      await pass(2_100);
      await settlesWithin(waiting, 'the visibility has ended');
    },
  },
  {
    name: 'wakes a waiter when it is aborted',
    async run(open) {
      const { queue } = await open();
      const stop = new AbortController();
      const waiting = queue.waitForMessages(stop.signal);
      stop.abort();
      await settlesWithin(waiting, 'the wait was aborted');
      await settlesWithin(queue.waitForMessages(stop.signal), 'the wait was aborted before it began');
    },
  },
];
