import { it } from 'node:test';
import type { BucketNotifications } from '@verifiedfan/ports';
import { bucketNotificationsCases, registerMutants } from '../src/index.ts';
import { type Flaw, type Flaws, unconditional } from './bucket-mutants.ts';
import { createBuckets } from './embedded-subjects.ts';

const inNotifications =
  (damage: (notifications: BucketNotifications) => Partial<BucketNotifications>): Flaw =>
  ({ bucket, notifications }) => ({ bucket, notifications: { ...notifications, ...damage(notifications) } });

const notifying: Flaws = {
  'tells of every upload in order, and of nothing else': {
    'tells of the newest first': inNotifications((all) => ({
      pending: async (options) => (await all.pending(options)).reverse(),
    })),
    'tells of one upload a key': inNotifications((all) => ({
      pending: async (options) => [...new Map((await all.pending(options)).map((one) => [one.info.key, one])).values()],
    })),
    'tells of refused uploads': unconditional,
  },
  'goes on telling of an upload until it is acknowledged': {
    'tells once': inNotifications((all) => {
      const told = new Set<string>();
      return {
        async pending(options) {
          const fresh = (await all.pending(options)).filter(({ id }) => !told.has(id));
          for (const { id } of fresh) told.add(id);
          return fresh;
        },
      };
    }),
    'does not count attempts': inNotifications(() => ({ attempted: async () => {} })),
    'cannot be acknowledged': inNotifications(() => ({ acknowledge: async () => {} })),
  },
  'answers pages behind a notification': {
    'begins anew with every page': inNotifications((all) => ({ pending: ({ limit }) => all.pending({ limit }) })),
  },
  'wakes a waiter with an upload, at once when one is pending, and when aborted': {
    'never wakes anybody': inNotifications(() => ({ waitForNotifications: () => new Promise(() => {}) })),
    'does not look at the signal': inNotifications((all) => ({
      waitForNotifications: () => all.waitForNotifications(new AbortController().signal),
    })),
    'wakes with the next upload only': inNotifications((all) => ({
      waitForNotifications: async (signal) =>
        (await all.pending({ limit: 1 })).length > 0 ? new Promise(() => {}) : all.waitForNotifications(signal),
    })),
  },
};

registerMutants({
  title: 'bucket notifications',
  cases: bucketNotificationsCases,
  it,
  ...createBuckets(),
  mutants: notifying,
});
