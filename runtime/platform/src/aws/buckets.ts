import { createS3Bucket, createS3Notifications, createSqsQueue } from '@verifiedfan/aws';
import { notificationQueueNameOf, resourceNameOf } from '../resource-names.ts';
import type { AwsKinds } from './kinds.ts';

export const openBuckets: NonNullable<AwsKinds['bucket']> = async ({ connection, names }) => ({
  open: (name, definition) =>
    createS3Bucket({ name, bucketName: resourceNameOf({ name, definition }, names), connection }),
});

/** As long as the lease of a poller that died: then its successor gets its uploads. */
const VISIBILITY_SECONDS = 30;
/** A long poll that is under way holds up the end of the process. */
const LONG_POLL_SECONDS = 2;

/** Uploads come through a queue that S3 writes into, for a process that polls; Lambda needs none. */
export const openNotifications: NonNullable<AwsKinds['notifications']> = async ({ connection, names, clock }) => ({
  open(name, definition) {
    const queueName = notificationQueueNameOf(name, names);
    const label = `${name}Notifications`;
    const queue = createSqsQueue({
      name: label,
      queueName,
      fifo: false,
      connection,
      longPollSeconds: LONG_POLL_SECONDS,
    });
    const bucket = { name, bucketName: resourceNameOf({ name, definition }, names) };
    const notifications = createS3Notifications({ bucket, queue, clock, visibilitySeconds: VISIBILITY_SECONDS });
    return {
      ...notifications,
      verify: () => queue.verify(),
      async close() {
        await notifications.close();
        await queue.close();
      },
    };
  },
});
