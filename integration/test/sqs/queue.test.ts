import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AwsConnection, createSqsQueue, makeQueue } from '@verifiedfan/aws';
import { PortError } from '@verifiedfan/ports';
import { awsConnection, uniqueName } from '../../src/index.ts';
import { closeQueue, openQueue } from './open-queue.ts';

const openClient = ({ region = '', endpoint = '', credentials }: AwsConnection): SQSClient => {
  const { accessKeyId = '', secretAccessKey = '' } = credentials ?? {};
  return new SQSClient({ region, endpoint, credentials: { accessKeyId, secretAccessKey } });
};

const isCode = (code: string) => (error: unknown) => error instanceof PortError && error.code === code;

for (const server of ['ministack', 'elasticmq'] as const) {
  describe(`the SQS driver on ${server}`, () => {
    const connection = awsConnection(server);

    it('names the queue that is missing when it starts', async (test) => {
      const queueName = uniqueName('nowhere');
      const queue = createSqsQueue({ name: 'shortUrlQueue', queueName, connection });
      test.after(() => queue.close());
      await assert.rejects(queue.verify(), { code: 'not_found', message: new RegExp(`${queueName}.*shortUrlQueue`) });
    });

    it('refuses a queue of the other kind when it starts', async (test) => {
      const queueName = `${uniqueName('orders')}.fifo`;
      await makeQueue({ queueName, connection });
      const right = createSqsQueue({ name: 'orders', queueName, fifo: true, connection });
      const wrong = createSqsQueue({ name: 'orders', queueName, connection });
      test.after(() => Promise.all([right.close(), wrong.close()]));
      await right.verify();
      await assert.rejects(wrong.verify(), isCode('validation'));
    });

    it('says where messages go that were received too often', async (test) => {
      const subject = await openQueue(connection);
      test.after(() => closeQueue(subject));
      const policy = await subject.queue.redrivePolicy();
      assert.match(policy?.deadLetterArn ?? '', /^arn:aws:sqs:[^:]*:\d+:dead-/);
      assert.equal(policy?.maxReceiveCount, 2);
      assert.equal(await subject.deadLetters.redrivePolicy(), undefined);
    });

    it('gives back at once what a long poll brings after its caller has left', async (test) => {
      const subject = await openQueue(connection, { longPollSeconds: 5 });
      const { queue } = subject;
      test.after(() => closeQueue(subject));
      const stop = new AbortController();
      const receiving = queue.receive({ max: 10, waitMs: 20_000, visibilitySeconds: 600, signal: stop.signal });
      // The request has to be under way before its caller leaves.
      await connection.clock.sleep(300);
      stop.abort();
      assert.deepEqual(await receiving, []);
      await queue.sendMany([{ body: 'nobody waits' }]);
      const [message] = await queue.receive({ max: 1, waitMs: 5_000 });
      assert.equal(message?.body, 'nobody waits');
    });

    it('keeps the order of groups over sends that overlap', async (test) => {
      const subject = await openQueue(connection, { fifo: true });
      const { queue } = subject;
      test.after(() => closeQueue(subject));
      const round = (number: number) =>
        ['a', 'b'].map((group) => ({ body: `${number}`, group, deduplicationId: `${group}${number}` }));
      await Promise.all(Array.from({ length: 6 }, (_, number) => queue.sendMany([...round(number)])));
      const messages = await queue.receive({ max: 10 });
      for (const group of ['a', 'b']) {
        const bodies = messages.filter((message) => message.group === group).map(({ body }) => Number(body));
        assert.deepEqual(
          bodies,
          bodies.toSorted((one, other) => one - other),
        );
      }
      assert.equal(messages.length, 10);
    });

    it('hands over the trace header of another sender', async (test) => {
      const subject = await openQueue(connection);
      const client = openClient(connection);
      test.after(async () => {
        client.destroy();
        await closeQueue(subject);
      });
      const StringValue = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
      await client.send(
        new SendMessageCommand({
          QueueUrl: subject.queueUrl,
          MessageBody: 'traced',
          MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue } },
        }),
      );
      const [message] = await subject.queue.receive({ max: 1, waitMs: 2_000 });
      assert.equal(message?.traceHeader, StringValue);
    });
  });
}
