import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSqliteCheckpoints } from '@verifiedfan/embedded';
import { consumerCheckpoint, createEmbeddedPlatform, findSlowestConsumer, NOTHING_READ } from '@verifiedfan/platform';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { CATALOGUE } from './support.ts';

const SHARD = { resource: 'scores', shard: 'shardId-000000000000' };

describe('findSlowestConsumer', () => {
  it('is the lowest sequence of those who read the shard, as numbers and not as texts', async () => {
    const checkpoints = openSqliteCheckpoints({ location: ':memory:' });
    assert.equal(await findSlowestConsumer(checkpoints, SHARD), undefined);
    await checkpoints.set(consumerCheckpoint(SHARD, 'one'), '1000');
    assert.equal(await findSlowestConsumer(checkpoints, SHARD), '1000');
    await checkpoints.set(consumerCheckpoint(SHARD, 'two'), '999');
    assert.equal(await findSlowestConsumer(checkpoints, SHARD), '999');
    await checkpoints.set(consumerCheckpoint(SHARD, 'new'), NOTHING_READ);
    assert.equal(await findSlowestConsumer(checkpoints, SHARD), NOTHING_READ);
    checkpoints.close();
  });

  it('knows a shard from others whose names begin alike', async () => {
    const checkpoints = openSqliteCheckpoints({ location: ':memory:' });
    const others = [
      { ...SHARD, shard: `${SHARD.shard}1` },
      { ...SHARD, resource: 'scoresStream' },
    ];
    for (const other of others) await checkpoints.set(consumerCheckpoint(other, 'one'), '5');
    assert.equal(await findSlowestConsumer(checkpoints, SHARD), undefined);
    checkpoints.close();
  });

  it('keeps records of an embedded stream from being trimmed, however old they are', async (test) => {
    const { path } = temporaryDirectory(test);
    let nowMs = 1_767_225_600_000;
    const clock = { now: () => nowMs, sleep: async () => {} };
    const platform = createEmbeddedPlatform({ directory: path, catalogue: CATALOGUE, clock });
    const stream = platform.stream('scores') as ReturnType<typeof platform.stream> & { trim(): Promise<number> };
    const [shard] = await stream.shards();
    const where = { resource: 'scores', shard: shard?.id ?? '' };
    await stream.putMany([
      { partitionKey: 'a', data: '1' },
      { partitionKey: 'a', data: '2' },
    ]);
    await platform.checkpoints.set(consumerCheckpoint(where, 'reader'), NOTHING_READ);
    nowMs += 10 * 24 * 3_600_000;
    assert.equal(await stream.trim(), 0, 'the reader has read nothing yet');
    await platform.checkpoints.set(consumerCheckpoint(where, 'reader'), (await stream.latest(where.shard)) ?? '');
    assert.equal(await stream.trim(), 2);
    await platform.close();
  });
});
