import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AwsConnection, createS3Notifications, type S3Bucket, sdkConfiguration } from '@verifiedfan/aws';
import { type BucketNotificationsSubject, bucketNotificationsSuite } from '@verifiedfan/conformance';
import { compareSequencers, type ObjectCreated, type ObjectInfo } from '@verifiedfan/ports';
import { awsConnection } from '../../src/index.ts';
import { closeQueue, openQueue, type SqsSubject } from '../sqs/open-queue.ts';
import { makeBucket, makeClient } from './make-bucket.ts';

const queueArn = async (connection: AwsConnection, QueueUrl: string): Promise<string> => {
  const client = new SQSClient(sdkConfiguration(connection));
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const { Attributes } = await client.send(command);
  client.destroy();
  return Attributes?.QueueArn ?? '';
};

type Subject = BucketNotificationsSubject & {
  bucket: S3Bucket;
  notifications: ReturnType<typeof createS3Notifications>;
  sqs: SqsSubject;
};

/** A new bucket that tells a new queue of its uploads. */
const open = async (): Promise<Subject> => {
  const connection = awsConnection('ministack');
  const bucket = await makeBucket(connection);
  const sqs = await openQueue(connection);
  const client = makeClient(connection);
  const QueueConfigurations = [
    { QueueArn: await queueArn(connection, sqs.queueUrl), Events: ['s3:ObjectCreated:*' as const] },
  ];
  const NotificationConfiguration = { QueueConfigurations };
  await client.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: bucket.bucketName, NotificationConfiguration }),
  );
  client.destroy();
  const { clock } = connection;
  return { bucket, sqs, notifications: createS3Notifications({ bucket, queue: sqs.queue, clock }) };
};

const close = async ({ notifications, sqs }: Subject): Promise<void> => {
  await notifications.close();
  await closeQueue(sqs);
};

const inQueue = async ({ queue }: SqsSubject): Promise<number> => {
  const { visible, inFlight } = await queue.depth();
  return visible + inFlight;
};

/** S3 tells an upload some time after it answered; the cases look at once, so here an upload ends when it has been told. */
const openPatient = async (): Promise<Subject> => {
  const subject = await open();
  const { bucket, sqs } = subject;
  const put: S3Bucket['put'] = async (options) => {
    const before = await inQueue(sqs);
    const result = await bucket.put(options);
    for (let attempt = 0; attempt < 100 && (await inQueue(sqs)) <= before; attempt += 1) await sqs.pass(20);
    return result;
  };
  return { ...subject, bucket: { ...bucket, put } };
};

/** Told one after the other by S3, so that a moment after the upload they may not be there yet. */
const waitFor = async ({ notifications, sqs }: Subject, count: number): Promise<ObjectCreated[]> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const pending = await notifications.pending({ limit: 100 });
    if (pending.length >= count) return pending;
    await sqs.pass(50);
  }
  return assert.fail(`fewer than ${count} uploads were told`);
};

describe('notifications of S3 through SQS', () => {
  bucketNotificationsSuite({
    it,
    open: openPatient,
    close: (subject) => close(subject as Subject),
    skip: {
      'tells of every upload in order, and of nothing else':
        'S3 tells its sequencer and milliseconds in notifications alone, and a standard queue keeps no order; the next test proves the rest',
    },
  });

  it('tells every upload, of several parts too, with sequencers that rise, and nothing of refusals and deletions', async () => {
    const subject = await open();
    const { bucket } = subject;
    const keys = ['b', 'new folder/café+1%.csv', 'b'];
    const infos: ObjectInfo[] = [];
    for (const key of keys) {
      const result = await bucket.put({ key, body: key === 'b' ? 'x' : Buffer.alloc(9 * 2 ** 20) });
      assert.ok(result.outcome === 'stored');
      infos.push(result.info);
    }
    await bucket.put({ key: 'b', body: 'x', ifAbsent: true });
    await bucket.delete({ key: 'b' });
    const pending = await waitFor(subject, 3);
    const told = (upload: (typeof infos)[number]) => [upload.key, upload.size, upload.etag, upload.version];
    assert.deepEqual(pending.map(({ info }) => told(info)).sort(), infos.map(told).sort());
    const ofB = infos
      .filter(({ key }) => key === 'b')
      .map(({ version }) => pending.find(({ info }) => info.version === version));
    assert.ok(compareSequencers(ofB[0]?.info.sequencer ?? '', ofB[1]?.info.sequencer ?? '') < 0);
    assert.ok(pending.every((one) => one.bucket === bucket.name && one.attempts === 0));
    await close(subject);
  });

  it('tells again, with a higher count, what was given back, and nothing of what was acknowledged', async () => {
    const subject = await open();
    await subject.bucket.put({ key: 'a', body: 'x' });
    await subject.bucket.put({ key: 'b', body: 'x' });
    const [first, second] = await waitFor(subject, 2);
    await subject.notifications.acknowledge(first?.id ?? '');
    await subject.notifications.close();
    const { clock } = awsConnection('ministack');
    const next = {
      ...subject,
      notifications: createS3Notifications({ bucket: subject.bucket, queue: subject.sqs.queue, clock }),
    };
    const again = await waitFor(next, 1);
    assert.deepEqual(
      again.map(({ info, attempts }) => [info.version, attempts]),
      [[second?.info.version, 1]],
    );
    await close(next);
  });
});
