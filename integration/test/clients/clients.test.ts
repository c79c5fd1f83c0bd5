import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  Athena,
  type AthenaRow,
  Firehose,
  Lambda,
  LambdaFunctionError,
  SNS,
  StepFunctions,
  sdkConfiguration,
} from '@verifiedfan/aws';
import { awsConnection, uniqueName } from '../../src/index.ts';
import { makeBucket } from '../s3/make-bucket.ts';
import { closeQueue, openQueue } from '../sqs/open-queue.ts';

describe('the thin clients', () => {
  const connection = awsConnection('ministack');
  const RoleArn = 'arn:aws:iam::000000000000:role/test';

  it('publish more notifications than a request takes, and all arrive with their attributes', async () => {
    const sqs = await openQueue(connection);
    const sqsClient = new SQSClient(sdkConfiguration(connection));
    const { Attributes } = await sqsClient.send(
      new GetQueueAttributesCommand({ QueueUrl: sqs.queueUrl, AttributeNames: ['QueueArn'] }),
    );
    const client = new SNSClient(sdkConfiguration(connection));
    const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: uniqueName('topic') }));
    const subscription = { TopicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn };
    await client.send(new SubscribeCommand({ ...subscription, Attributes: { RawMessageDelivery: 'true' } }));
    client.destroy();
    sqsClient.destroy();
    const { publish, publishBatch } = SNS({ connection });
    const { messageId } = await publish({ TopicArn, Message: 'm0', attributes: { kind: 'one' } });
    assert.notEqual(messageId, '');
    const messages = Array.from({ length: 11 }, (_, index) => ({
      Message: `m${index + 1}`,
      attributes: { kind: 'batch' },
    }));
    const outcomes = await publishBatch({ TopicArn, messages });
    assert.ok(outcomes.every((outcome) => 'messageId' in outcome));
    const bodies: string[] = [];
    while (bodies.length < 12) {
      const received = await sqs.queue.receive({ max: 12, waitMs: 1_000 });
      assert.ok(received.length > 0, 'every notification arrives');
      assert.ok(received.every(({ attributes }) => attributes.kind === 'one' || attributes.kind === 'batch'));
      bodies.push(...received.map(({ body }) => body));
    }
    assert.equal(new Set(bodies).size, 12);
    await closeQueue(sqs);
  });

  it('name the topic that does not exist', async () => {
    const TopicArn = 'arn:aws:sns:us-east-1:000000000000:never';
    await assert.rejects(SNS({ connection }).publish({ TopicArn, Message: 'x' }), {
      name: 'PortError',
      resource: TopicArn,
    });
  });

  it('hand more records to Firehose than a request takes, and all arrive', async () => {
    const bucket = await makeBucket(connection);
    const DeliveryStreamName = uniqueName('records');
    const client = new FirehoseClient(sdkConfiguration(connection));
    const ExtendedS3DestinationConfiguration = { RoleARN: RoleArn, BucketARN: `arn:aws:s3:::${bucket.bucketName}` };
    await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration }));
    client.destroy();
    const records = Array.from({ length: 501 }, (_, index) => `${index}\n`);
    const outcomes = await Firehose({ connection }).putRecordBatch({ DeliveryStreamName, records });
    assert.ok(outcomes.every((outcome) => 'recordId' in outcome));
    const { objects } = await bucket.list();
    const size = objects.reduce((sum, object) => sum + object.size, 0);
    assert.equal(size, records.join('').length);
  });

  it('start a workflow once for each name', async () => {
    const client = new SFNClient(sdkConfiguration(connection));
    const definition = JSON.stringify({ StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } });
    const { stateMachineArn = '' } = await client.send(
      new CreateStateMachineCommand({ name: uniqueName('workflow'), definition, roleArn: RoleArn }),
    );
    client.destroy();
    const { startExecution } = StepFunctions({ connection });
    const first = await startExecution({ stateMachineArn, name: 'load-1', input: { key: 'a' } });
    const second = await startExecution({ stateMachineArn, name: 'load-1', input: { key: 'a' } });
    assert.deepEqual([first.outcome, second.outcome], ['started', 'already_started']);
    assert.equal(second.executionArn, first.executionArn);
  });

  it('invoke a function, wait for more of its answers than are asked for at once, and tell what made it fail', async () => {
    const FunctionName = uniqueName('echo');
    const ZipFile = `exports.handler = async (event) => {
      if (event.fails) throw new RangeError('no fan fan@example.com');
      return { got: event };
    };`;
    const Properties = {
      FunctionName,
      Role: RoleArn,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile },
    };
    const client = new CloudFormationClient(sdkConfiguration(connection));
    const TemplateBody = JSON.stringify({ Resources: { Echo: { Type: 'AWS::Lambda::Function', Properties } } });
    await client.send(new CreateStackCommand({ StackName: FunctionName, TemplateBody }));
    await waitUntilStackCreateComplete(
      { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
      { StackName: FunctionName },
    );
    client.destroy();
    const { invoke } = Lambda({ connection });
    const Payload = { fan: 'José', scores: [1, null] };
    assert.deepEqual(await invoke({ FunctionName, Payload }), { got: Payload });
    assert.equal(await invoke({ FunctionName, Payload, InvocationType: 'Event' }), undefined);
    const answers = await Promise.all(Array.from({ length: 70 }, (_, id) => invoke({ FunctionName, Payload: { id } })));
    assert.deepEqual(
      answers,
      Array.from({ length: 70 }, (_, id) => ({ got: { id } })),
    );
    await assert.rejects(invoke({ FunctionName, Payload: { fails: true } }), (error: unknown) => {
      assert.ok(error instanceof LambdaFunctionError);
      // ministack 1.5.33 says Runtime.HandlerError of whatever a handler throws; AWS names the class, here RangeError.
      assert.deepEqual([error.code, typeof error.errorType], ['function_failed', 'string']);
      assert.doesNotMatch(error.message, /fan@/);
      return true;
    });
    await assert.rejects(invoke({ FunctionName: 'never', Payload: {} }), { code: 'not_found', resource: 'never' });
  });

  it('read the rows of a query, and say when its SQL is wrong', async () => {
    const { bucketName } = await makeBucket(connection);
    const OutputLocation = `s3://${bucketName}/results/`;
    const { start, wait, results } = Athena({ connection });
    const id = await start({
      QueryString: "SELECT 1 AS rank, 'a' AS fan UNION ALL SELECT 2, 'b' ORDER BY rank",
      OutputLocation,
    });
    await wait(id);
    const rows: AthenaRow[] = [];
    for await (const row of results(id)) rows.push(row);
    assert.deepEqual(rows, [
      { rank: '1', fan: 'a' },
      { rank: '2', fan: 'b' },
    ]);
    await assert.rejects(wait(await start({ QueryString: 'SELEKT 1', OutputLocation })), { code: 'validation' });
  });
});
