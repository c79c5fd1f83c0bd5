import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KinesisClient, MergeShardsCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsConnection, KinesisStream } from '@verifiedfan/aws';
import type { StreamRecord } from '@verifiedfan/ports';
import { awsConnection } from '../../src/index.ts';
import { openStream } from './open-stream.ts';

const KEYS = Array.from({ length: 20 }, (_, index) => `member-${index}`);
const HALF = String(2n ** 127n);

const openClient = ({ region = '', endpoint = '', credentials }: AwsConnection): KinesisClient => {
  const { accessKeyId = '', secretAccessKey = '' } = credentials ?? {};
  const requestHandler = new NodeHttpHandler();
  return new KinesisClient({ region, endpoint, credentials: { accessKeyId, secretAccessKey }, requestHandler });
};

const putRound = async (stream: KinesisStream, round: number): Promise<void> => {
  const results = await stream.putMany(KEYS.map((partitionKey) => ({ partitionKey, data: String(round) })));
  for (const result of results) assert.ok(!('error' in result), 'every record was stored');
};

/** Reads one shard to its end or to its tip. */
const readShard = async (stream: KinesisStream, shard: string) => {
  const records: StreamRecord[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await stream.read({ shard, after, limit: 7 });
    records.push(...page.records);
    if (page.closed || page.scanned === 0) return { records, closed: page.closed };
    after = page.last;
  }
};

/** Reads everything as a consumer does: a shard only when its parents were read to their ends. */
const followShards = async (stream: KinesisStream) => {
  const shards = await stream.shards();
  const ended = new Set<string>();
  const records: StreamRecord[] = [];
  for (const { id, parent, adjacentParent } of shards) {
    for (const one of [parent, adjacentParent]) assert.ok(one === undefined || ended.has(one), 'parents come first');
    const found = await readShard(stream, id);
    records.push(...found.records);
    if (found.closed) ended.add(id);
  }
  return { shards, records, ended };
};

const roundsOf = (records: readonly StreamRecord[], key: string): string =>
  records
    .filter(({ partitionKey }) => partitionKey === key)
    .map(({ data }) => String(data))
    .join('');

// On ministack a split deletes the parent with its records, so these run on kinesalite alone.
describe('a stream that is resharded', () => {
  const connection = awsConnection('kinesalite');

  it('gives every key its order over a split, and ends the parent', async (test) => {
    const { stream, streamName } = await openStream(connection, 1);
    const client = openClient(connection);
    test.after(async () => {
      client.destroy();
      await stream.close();
    });
    await putRound(stream, 1);
    const ShardToSplit = 'shardId-000000000000';
    await client.send(new SplitShardCommand({ StreamName: streamName, ShardToSplit, NewStartingHashKey: HALF }));
    await putRound(stream, 2);
    const { shards, records, ended } = await followShards(stream);
    assert.deepEqual(
      shards.map(({ parent }) => parent),
      [undefined, ShardToSplit, ShardToSplit],
    );
    assert.deepEqual([...ended], [ShardToSplit]);
    for (const key of KEYS) assert.equal(roundsOf(records, key), '12');
  });

  it('names both parents of a merge, and gives every key its order over it', async (test) => {
    const { stream, streamName } = await openStream(connection, 2);
    const client = openClient(connection);
    test.after(async () => {
      client.destroy();
      await stream.close();
    });
    await putRound(stream, 1);
    const merge = { ShardToMerge: 'shardId-000000000000', AdjacentShardToMerge: 'shardId-000000000001' };
    await client.send(new MergeShardsCommand({ StreamName: streamName, ...merge }));
    await putRound(stream, 2);
    const { shards, records, ended } = await followShards(stream);
    const { parent, adjacentParent } = shards[2] ?? {};
    assert.deepEqual([parent, adjacentParent], [merge.ShardToMerge, merge.AdjacentShardToMerge]);
    assert.deepEqual([...ended], [merge.ShardToMerge, merge.AdjacentShardToMerge]);
    for (const key of KEYS) assert.equal(roundsOf(records, key), '12');
  });

  it('lets who waits at the end of a closed shard go on', async (test) => {
    const { stream, streamName } = await openStream(connection, 1);
    const client = openClient(connection);
    test.after(async () => {
      client.destroy();
      await stream.close();
    });
    const shard = 'shardId-000000000000';
    await putRound(stream, 1);
    const { last } = await stream.read({ shard, limit: 10_000 });
    const { signal } = new AbortController();
    const waiting = stream.waitForRecords({ shard, after: last, signal });
    await client.send(new SplitShardCommand({ StreamName: streamName, ShardToSplit: shard, NewStartingHashKey: HALF }));
    await waiting;
    const end = await stream.read({ shard, after: last, limit: 10 });
    assert.deepEqual([end.records, end.closed], [[], true]);
  });
});
