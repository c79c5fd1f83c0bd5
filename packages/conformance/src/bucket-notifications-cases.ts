import assert from 'node:assert/strict';
import type { Bucket, BucketNotifications } from '@verifiedfan/ports';
import { put } from './bucket-subject.ts';
import { settlesWithin } from './expect.ts';
import { type Case, createSuite } from './suite.ts';

/** An empty bucket with its notifications. */
export type BucketNotificationsSubject = { bucket: Bucket; notifications: BucketNotifications };

export const bucketNotificationsCases: readonly Case<BucketNotificationsSubject>[] = [
  {
    name: 'tells of every upload in order, and of nothing else',
    async run(open) {
      const { bucket, notifications } = await open();
      const infos = [await put(bucket, 'b', 'one'), await put(bucket, 'a', 'two'), await put(bucket, 'b', 'three')];
      await bucket.put({ key: 'a', body: 'x', ifAbsent: true });
      await bucket.delete({ key: 'a' });
      const pending = await notifications.pending({ limit: 10 });
      assert.deepEqual(
        pending.map(({ info }) => info),
        infos,
      );
      assert.deepEqual(
        pending.map((one) => [one.bucket, one.attempts]),
        infos.map(() => [bucket.name, 0]),
      );
      assert.ok(pending.every(({ createdAtMs }) => createdAtMs > 1e12));
    },
  },
  {
    name: 'goes on telling of an upload until it is acknowledged',
    async run(open) {
      const { bucket, notifications } = await open();
      await put(bucket, 'a', 'one');
      await put(bucket, 'b', 'two');
      const [first, second] = await notifications.pending({ limit: 10 });
      assert.ok(first && second);
      await notifications.attempted(first.id);
      await notifications.attempted(first.id);
      assert.deepEqual(await notifications.pending({ limit: 10 }), [{ ...first, attempts: 2 }, second]);
      await notifications.acknowledge(first.id);
      await notifications.acknowledge(first.id);
      assert.deepEqual(await notifications.pending({ limit: 10 }), [second]);
    },
  },
  {
    name: 'answers pages behind a notification',
    async run(open) {
      const { bucket, notifications } = await open();
      for (const key of ['a', 'b', 'c']) await put(bucket, key, key);
      const first = await notifications.pending({ limit: 2 });
      const second = await notifications.pending({ limit: 2, after: first[1]?.id ?? '' });
      assert.deepEqual(
        [first, second].map((page) => page.map(({ info }) => info.key)),
        [['a', 'b'], ['c']],
      );
    },
  },
  {
    name: 'wakes a waiter with an upload, at once when one is pending, and when aborted',
    async run(open) {
      const { bucket, notifications } = await open();
      const stop = new AbortController();
      const aborted = notifications.waitForNotifications(stop.signal);
      stop.abort();
      await settlesWithin(aborted, 'the wait was aborted');
      const { signal } = new AbortController();
      const waiting = notifications.waitForNotifications(signal);
      await put(bucket, 'a', 'one');
      await settlesWithin(waiting, 'an object was uploaded');
      await settlesWithin(notifications.waitForNotifications(signal), 'a notification is pending');
    },
  },
];

/** Registers the cases of a bucket's notifications. */
export const bucketNotificationsSuite = createSuite('bucket notifications', bucketNotificationsCases);
