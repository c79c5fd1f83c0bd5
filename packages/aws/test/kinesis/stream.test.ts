import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, createProbe } from '@verifiedfan/test-utils';
import { createKinesisStream, makeStream } from '../../src/index.ts';
import { startService } from './service.ts';
import { openStream, SHARD, storing } from './support.ts';

const described = (ShardId: string, parents: object = {}) => ({
  ShardId,
  ...parents,
  HashKeyRange: { StartingHashKey: '0', EndingHashKey: '9' },
  SequenceNumberRange: { StartingSequenceNumber: '1' },
});
const status = (StreamStatus: string) => ({ body: { StreamDescriptionSummary: { StreamStatus } } });

describe('the shards of a Kinesis stream', () => {
  it('are listed over pages, parents first, without parents that are gone', async (test) => {
    const { stream, inputsOf } = await openStream(test, {
      ListShards: (_, count) =>
        count === 1
          ? {
              body: {
                Shards: [described('s-2', { ParentShardId: 's-1', AdjacentParentShardId: 's-0' })],
                NextToken: 't',
              },
            }
          : { body: { Shards: [described('s-1', { ParentShardId: 'gone' }), described('s-0')] } },
    });
    const hashRange = ['0', '9'];
    assert.deepEqual(await stream.shards(), [
      { id: 's-0', hashRange },
      { id: 's-1', hashRange },
      { id: 's-2', parent: 's-1', adjacentParent: 's-0', hashRange },
    ]);
    assert.deepEqual(inputsOf('ListShards'), [{ StreamName: 'scores' }, { NextToken: 't' }]);
  });

  it('are a shard with its second parent when the first is gone', async (test) => {
    const Shards = [described('s-2', { ParentShardId: 'gone', AdjacentParentShardId: 's-1' }), described('s-1')];
    const { stream } = await openStream(test, { ListShards: () => ({ body: { Shards } }) });
    const [, child] = await stream.shards();
    assert.deepEqual([child?.parent, child?.adjacentParent], ['s-1', undefined]);
  });

  it('are listed anew when the token expires between pages', async (test) => {
    const { stream } = await openStream(test, {
      ListShards: ({ NextToken }, count) => {
        if (NextToken !== undefined) return { error: 'ExpiredNextTokenException' };
        return { body: { Shards: [described('s-0')], ...(count === 1 ? { NextToken: 't' } : {}) } };
      },
    });
    assert.equal((await stream.shards()).length, 1);
  });

  it('are not made up from answers that make no sense', async (test) => {
    const { stream } = await openStream(test, {
      ListShards: (_, count) => ({ body: count === 1 ? {} : { Shards: [], NextToken: 'same for ever' } }),
    });
    await assert.rejects(stream.shards(), { code: 'unavailable' });
    await assert.rejects(stream.shards(), { code: 'unavailable' });
  });
});

describe('a Kinesis stream', () => {
  it('is named when it is missing, not ready, or taken as ready while it is resharded', async (test) => {
    const answers = [{ error: 'ResourceNotFoundException' }, status('CREATING'), status('UPDATING'), status('ACTIVE')];
    const { stream } = await openStream(test, { DescribeStreamSummary: (_, count) => answers[count - 1] ?? 'hang up' });
    await assert.rejects(stream.verify(), {
      code: 'not_found',
      message: 'there is no Kinesis stream scores, which is to be scoresStream',
    });
    await assert.rejects(stream.verify(), { code: 'unavailable', message: 'stream scores is not active' });
    await stream.verify();
    await stream.verify();
  });

  it('lets calls under way end when it is closed, and takes no others', async (test) => {
    const gate = createGate();
    const sent = createProbe<unknown>();
    const store = storing();
    const { stream } = await openStream(test, {
      PutRecords: async (input, count) => {
        sent.note(input);
        await gate.wait();
        return store(input, count);
      },
    });
    const putting = stream.putMany([{ partitionKey: 'k', data: '' }]);
    await sent.first(1);
    const closing = stream.close();
    await assert.rejects(stream.putMany([{ partitionKey: 'k', data: '' }]), { code: 'closed' });
    await assert.rejects(stream.latest(SHARD), { code: 'closed' });
    gate.open();
    const [result] = await putting;
    assert.ok(result && 'sequence' in result);
    await closing;
  });

  it('refuses unknown and ill-formed options', async (test) => {
    const { connection } = await startService(test, {});
    const right = { name: 'scoresStream', streamName: 'scores', connection };
    assert.throws(() => createKinesisStream({ ...right, streamName: '' }), /streamName must be a text/);
    assert.throws(() => createKinesisStream({ ...right, pollMs: 0.5 }), /pollMs must be/);
    assert.throws(() => createKinesisStream(Object.assign({ poll: 1 }, right)), /no option poll/);
  });

  it('is made, waited for, and left as it is when it was there', async (test) => {
    const { connection, inputsOf, clock } = await startService(test, {
      CreateStream: (_, count) => (count === 1 ? { body: {} } : { error: 'ResourceInUseException' }),
      DescribeStreamSummary: (_, count) => status(count < 3 ? 'CREATING' : 'ACTIVE'),
    });
    await makeStream({ streamName: 'scores', shards: 3, connection });
    assert.deepEqual(inputsOf('CreateStream'), [{ StreamName: 'scores', ShardCount: 3 }]);
    assert.deepEqual(clock.sleeps, [200, 200]);
    await makeStream({ streamName: 'scores', connection });
  });

  it('is not waited for without end when it never becomes active', async (test) => {
    const { connection } = await startService(test, {
      CreateStream: () => ({ body: {} }),
      DescribeStreamSummary: () => status('CREATING'),
    });
    await assert.rejects(makeStream({ streamName: 'scores', connection }), { code: 'unavailable' });
  });
});
