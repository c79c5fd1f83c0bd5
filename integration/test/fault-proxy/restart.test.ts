import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import {
  type AwsConnection,
  createDynamoTable,
  createKinesisStream,
  createS3Bucket,
  createSqsQueue,
  makeQueue,
  makeStream,
  makeTable,
} from '@verifiedfan/aws';
import { systemClock } from '@verifiedfan/embedded';
import { PortError } from '@verifiedfan/ports';
import { type AwsServerName, awsConnection, openOwnServer } from '../../src/index.ts';
import { makeClient } from '../s3/make-bucket.ts';
import { isPortError } from './set-up.ts';

type Load = {
  /** Makes what the emulator forgets when it is stopped. */
  prepare(): Promise<unknown>;
  /** One piece of work; resolves with what came of it. */
  work(): Promise<readonly ('done' | Error)[]>;
  close(): Promise<void>;
};

const outcomesOf = (results: readonly object[]): ('done' | Error)[] =>
  results.map((result) => ('error' in result && result.error instanceof Error ? result.error : 'done'));

/** Works without a pause while the server is stopped and started again; the same driver has to find back to it. */
const restartUnderLoad = async (
  test: TestContext,
  server: AwsServerName,
  open: (connection: AwsConnection) => Load,
): Promise<void> => {
  const own = await openOwnServer(server);
  test.after(() => own.close());
  const load = open({ ...awsConnection(server, { endpoint: own.address }), maxAttempts: 2 });
  test.after(() => load.close());
  await load.prepare();
  const codes = new Set<unknown>();
  let done = 0;
  let isStopping = false;
  const working = (async () => {
    while (!isStopping) {
      const outcomes = await load.work().catch((error: Error) => [error]);
      done += outcomes.filter((outcome) => outcome === 'done').length;
      for (const outcome of outcomes)
        if (outcome !== 'done') codes.add(outcome instanceof PortError ? outcome.code : outcome);
      await systemClock.sleep(5);
    }
  })();
  const untilDone = async (more: number): Promise<void> => {
    const enough = done + more;
    for (let looks = 0; done < enough && looks < 1_000; looks += 1) await systemClock.sleep(20);
    assert.ok(done >= enough, `work is done again; meanwhile: ${[...codes].join(', ')}`);
  };
  await untilDone(50);
  await own.stop();
  const [first] = await load.work().catch((error: Error) => [error]);
  isPortError('unavailable')(first);
  await own.start();
  await load.prepare();
  await untilDone(50);
  isStopping = true;
  await working;
  // Emulators forget everything, so between their start and `prepare` there is nothing to work on.
  codes.delete('not_found');
  assert.deepEqual([...codes], ['unavailable']);
};

const NUMBERS = Array.from({ length: 10 }, (_, index) => String(index));

describe('drivers whose server is stopped under load and started again', () => {
  it('go on writing to a table', (test) =>
    restartUnderLoad(test, 'dynamodb-local', (connection) => {
      const tableName = 'load';
      const table = createDynamoTable({ name: 'demandTable', tableName, connection, attempts: 2 });
      return {
        prepare: () => makeTable({ tableName, connection }),
        work: async () => outcomesOf(await table.updateMany(NUMBERS.map((SK) => ({ put: { PK: 'load', SK } })))),
        close: table.close,
      };
    }));

  it('go on writing to a stream', (test) =>
    restartUnderLoad(test, 'kinesalite', (connection) => {
      const streamName = 'load';
      const stream = createKinesisStream({ name: 'scoresStream', streamName, connection });
      const entries = NUMBERS.map((partitionKey) => ({ partitionKey, data: partitionKey }));
      return {
        prepare: () => makeStream({ streamName, shards: 2, connection }),
        work: async () => outcomesOf(await stream.putMany(entries)),
        close: stream.close,
      };
    }));

  it('go on sending to a queue and receiving from it', (test) =>
    restartUnderLoad(test, 'elasticmq', (connection) => {
      const queue = createSqsQueue({ name: 'loads', queueName: 'load', connection, attempts: 2, longPollSeconds: 1 });
      return {
        prepare: () => makeQueue({ queueName: 'load', connection }),
        async work() {
          const sent = outcomesOf(await queue.sendMany(NUMBERS.map((body) => ({ body }))));
          const received = await queue.receive({ max: 10 });
          const deleted = await queue.deleteMany(received.map(({ receiptHandle }) => receiptHandle));
          return [...sent, ...outcomesOf(deleted)];
        },
        close: queue.close,
      };
    }));

  it('go on storing in a bucket', (test) =>
    restartUnderLoad(test, 'ministack', (connection) => {
      const bucketName = 'load';
      const client = makeClient(connection);
      const bucket = createS3Bucket({ name: 'scoringBucket', bucketName, connection });
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      // One behind the other: what is stored before versions are switched on has none.
      let turn: Promise<unknown> = Promise.resolve();
      const inTurn = <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
        const answer = turn.then(call, call);
        turn = answer;
        return answer;
      };
      const make = async (): Promise<void> => {
        await client.send(new CreateBucketCommand({ Bucket: bucketName }));
        await client.send(new PutBucketVersioningCommand({ Bucket: bucketName, VersioningConfiguration }));
      };
      return {
        prepare: () => inTurn(make),
        work: () =>
          inTurn(async () => {
            const { outcome } = await bucket.put({ key: 'a', body: 'content' });
            return outcome === 'stored' ? ['done'] : [];
          }),
        async close() {
          client.destroy();
        },
      };
    }));
});
