import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createAwsSecrets, createCloudWatchMetrics, Firehose, SNS, sdkConfiguration } from '@verifiedfan/aws';
import { awsConnection, uniqueName } from '../../src/index.ts';
import { makeBucket } from '../s3/make-bucket.ts';
import { closeQueue, openQueue } from '../sqs/open-queue.ts';
import { assertStruck, isPortError, startProxy } from './set-up.ts';

describe('thin clients behind the fault proxy', () => {
  const direct = awsConnection('ministack');

  it('publish every notification of batches that SNS takes in parts and throttles', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    const sqs = await openQueue(direct);
    test.after(() => closeQueue(sqs));
    const [queues, topics] = [new SQSClient(sdkConfiguration(direct)), new SNSClient(sdkConfiguration(direct))];
    const ofQueue = { QueueUrl: sqs.queueUrl, AttributeNames: ['QueueArn' as const] };
    const { Attributes } = await queues.send(new GetQueueAttributesCommand(ofQueue));
    const { TopicArn = '' } = await topics.send(new CreateTopicCommand({ Name: uniqueName('topic') }));
    const subscription = { TopicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn };
    await topics.send(new SubscribeCommand({ ...subscription, Attributes: { RawMessageDelivery: 'true' } }));
    queues.destroy();
    topics.destroy();
    const messages = Array.from({ length: 25 }, (_, index) => ({ Message: `m${index}` }));
    proxy.add({ kind: 'partial', times: 2 });
    proxy.add({ kind: 'throttle', times: 1 });
    const outcomes = await SNS({ connection }).publishBatch({ TopicArn, messages });
    assert.ok(outcomes.every((outcome) => 'messageId' in outcome));
    assertStruck(proxy, 'partial', 'throttle');
    const received = await sqs.queue.receive({ max: 100, waitMs: 2_000 });
    assert.deepEqual(received.map(({ body }) => body).sort(), messages.map(({ Message }) => Message).sort());
  });

  it('hand every record of batches that Firehose takes in parts and throttles over', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    const bucket = await makeBucket(direct);
    const DeliveryStreamName = uniqueName('records');
    const client = new FirehoseClient(sdkConfiguration(direct));
    const place = { RoleARN: 'arn:aws:iam::000000000000:role/test', BucketARN: `arn:aws:s3:::${bucket.bucketName}` };
    await client.send(
      new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration: place }),
    );
    client.destroy();
    proxy.add({ kind: 'partial', times: 2 });
    proxy.add({ kind: 'throttle', times: 1 });
    const records = Array.from({ length: 60 }, (_, index) => `${index}\n`);
    const outcomes = await Firehose({ connection }).putRecordBatch({ DeliveryStreamName, records });
    assert.ok(outcomes.every((outcome) => 'recordId' in outcome));
    assertStruck(proxy, 'partial', 'throttle');
    const { objects } = await bucket.list();
    assert.equal(
      objects.reduce((sum, { size }) => sum + size, 0),
      records.join('').length,
    );
  });

  it('repeat what CloudWatch and Secrets Manager throttled, and what was lost where that counts nothing twice', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    const name = uniqueName('secret');
    const client = new SecretsManagerClient(sdkConfiguration(direct));
    await client.send(new CreateSecretCommand({ Name: name, SecretString: 'value' }));
    client.destroy();
    proxy.add({ kind: 'throttle', times: 1 });
    proxy.add({ kind: 'lose-answer', times: 1 });
    assert.equal(await createAwsSecrets({ connection }).get(name), 'value');
    proxy.add({ kind: 'throttle', times: 1 });
    const lost: Error[] = [];
    const onLost = (error: Error): void => void lost.push(error);
    const metrics = createCloudWatchMetrics({ namespace: uniqueName('vf'), connection, onLost });
    metrics.count('rows', 1, {});
    await metrics.flush();
    assert.deepEqual(lost, []);
    proxy.add({ kind: 'cut-request', times: 1 });
    metrics.count('rows', 1, {});
    await metrics.flush();
    assert.equal(lost.length, 1);
    isPortError('unavailable')(lost[0]);
    assert.deepEqual(proxy.counts().injected, { throttle: 2, 'lose-answer': 1, 'cut-request': 1 });
  });

  it('say that credentials are wrong, each after one request', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    proxy.add({ kind: 'wrong-credentials' });
    const TopicArn = 'arn:aws:sns:us-east-1:000000000000:topic';
    await assert.rejects(SNS({ connection }).publish({ TopicArn, Message: 'x' }), isPortError('validation', TopicArn));
    await assert.rejects(createAwsSecrets({ connection }).get('secret'), isPortError('validation'));
    assert.equal(proxy.counts().requests, 2);
  });
});
