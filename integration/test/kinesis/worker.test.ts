import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MergeShardsCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import { createEngine } from '@verifiedfan/local';
import { createEmbeddedPlatform, systemClock } from '@verifiedfan/platform';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { defineWorker, kinesis } from '@verifiedfan/worker';
import { awsConnection } from '../../src/index.ts';
import { openClient, openStream } from './open-stream.ts';

const KEYS = Array.from({ length: 20 }, (_, index) => `member-${index}`);
const CATALOGUE = {
  deadLetterTable: { kind: 'table', purpose: 'Holds what is given up.' },
  scores: { kind: 'stream', purpose: 'Is resharded.' },
} as const;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe('a worker on a stream that is resharded while it runs', () => {
  it('has the records of each key in their order, once, over a merge and a split', async (test) => {
    const connection = awsConnection('kinesalite');
    const { stream, streamName } = await openStream(connection, 2);
    const client = openClient(connection);
    using directory = temporaryDirectory();
    const embedded = createEmbeddedPlatform({ directory: directory.path, catalogue: CATALOGUE, clock: systemClock });
    const seen = new Map<string, string>();
    let count = 0;
    const worker = defineWorker({
      purpose: 'Writes down what it sees.',
      source: kinesis('scores', { batchSize: 7 }),
      reads: [],
      writes: [],
      services: () => ({}),
      async handle(records) {
        for (const record of records) {
          const data = record.data as { key: string; round: number };
          seen.set(data.key, `${seen.get(data.key) ?? ''}${data.round}`);
          count += 1;
        }
        return {};
      },
    });
    const host = {
      platform: { ...embedded, stream: () => stream },
      log: silent,
      endpoint: () => '',
      workerToken: () => async () => '',
      verifyToken: async () => ({ sub: '' }),
    };
    const engine = createEngine({ workers: { worker }, catalogue: CATALOGUE, host });
    test.after(async () => {
      await engine.stop();
      client.destroy();
      await Promise.all([stream.close(), embedded.close()]);
    });
    const put = async (round: number): Promise<void> => {
      const results = await stream.putMany(
        KEYS.map((key) => ({ partitionKey: key, data: JSON.stringify({ key, round }) })),
      );
      assert.ok(results.every((result) => !('error' in result)));
    };
    const until = async (isDone: () => boolean | Promise<boolean>): Promise<void> => {
      for (let looks = 0; !(await isDone()); looks += 1) {
        assert.ok(looks < 500, `${count} records were seen`);
        await systemClock.sleep(20);
      }
    };
    await put(1);
    await engine.start();
    const [left = '', right = '', merged = ''] = [0, 1, 2].map((number) => `shardId-00000000000${number}`);
    await client.send(
      new MergeShardsCommand({ StreamName: streamName, ShardToMerge: left, AdjacentShardToMerge: right }),
    );
    await until(async () => (await stream.shards()).length === 3);
    await put(2);
    await until(() => count === 2 * KEYS.length);
    const NewStartingHashKey = String(2n ** 127n);
    await client.send(new SplitShardCommand({ StreamName: streamName, ShardToSplit: merged, NewStartingHashKey }));
    await until(async () => (await stream.shards()).length === 5);
    await put(3);
    await until(() => count === 3 * KEYS.length);
    for (const key of KEYS) assert.equal(seen.get(key), '123');
    assert.equal(count, 3 * KEYS.length);
  });
});
