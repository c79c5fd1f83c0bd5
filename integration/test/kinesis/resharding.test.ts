import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MergeShardsCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import type { KinesisStream } from '@verifiedfan/aws';
import { awsConnection } from '../../src/index.ts';
import { followShards, roundsOf, untilShards } from './follow-shards.ts';
import { openClient, openStream } from './open-stream.ts';

const KEYS = Array.from({ length: 20 }, (_, index) => `member-${index}`);
const HALF = String(2n ** 127n);

const putRound = async (stream: KinesisStream, round: number): Promise<void> => {
  const results = await stream.putMany(KEYS.map((partitionKey) => ({ partitionKey, data: String(round) })));
  for (const result of results) assert.ok(!('error' in result), 'every record was stored');
};

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
    await untilShards(stream, 3);
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
    await untilShards(stream, 3);
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
