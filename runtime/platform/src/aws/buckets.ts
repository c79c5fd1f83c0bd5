import { createS3Bucket, createS3Notifications, createSqsQueue } from '@verifiedfan/aws';
import { notificationQueueNameOf, resourceNameOf } from '../resource-names.ts';
import type { AwsKinds } from './kinds.ts';

export const openBuckets: NonNullable<AwsKinds['bucket']> = async ({ connection, names }) => ({
  open: (name, definition) =>
    createS3Bucket({ name, bucketName: resourceNameOf({ name, definition }, names), connection }),
});

/** Uploads come through a queue that S3 writes into, for a process that polls; Lambda needs none. */
export const openNotifications: NonNullable<AwsKinds['notifications']> = async ({ connection, names, clock }) => ({
  open(name, definition) {
    const queueName = notificationQueueNameOf(name, names);
    const queue = createSqsQueue({ name: `${name}Notifications`, queueName, fifo: false, connection });
    const bucket = { name, bucketName: resourceNameOf({ name, definition }, names) };
    return { ...createS3Notifications({ bucket, queue, clock }), verify: () => queue.verify() };
  },
});
