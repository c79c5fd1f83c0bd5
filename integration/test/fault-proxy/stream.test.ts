import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SplitShardCommand } from '@aws-sdk/client-kinesis';
import type { StreamRecord } from '@verifiedfan/ports';
import { awsConnection } from '../../src/index.ts';
import { followShards, roundsOf, untilAnswered, untilShards } from '../kinesis/follow-shards.ts';
import { openClient, openStream } from '../kinesis/open-stream.ts';
import { assertStruck, HOUR_MS, isPortError, startProxy } from './set-up.ts';

const KEYS = Array.from({ length: 20 }, (_, index) => `member-${index}`);
const entriesOf = (rounds: readonly number[]) =>
  rounds.flatMap((round) => KEYS.map((partitionKey) => ({ partitionKey, data: String(round) })));
const PUT = ['kinesis.PutRecords'];
const READ = ['kinesis.GetRecords'];

describe('a stream behind the fault proxy', () => {
  it('takes every record once and each key in its order though Kinesis throttles and takes batches in parts', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    const { stream } = await openStream(connection);
    test.after(() => stream.close());
    proxy.add({ kind: 'partial', operations: PUT, chance: 0.5, share: 0.4 });
    proxy.add({ kind: 'throttle', operations: PUT, chance: 0.3, times: 3 });
    const results = await stream.putMany(entriesOf([1, 2, 3, 4, 5]));
    assert.ok(results.every((result) => !('error' in result)));
    assertStruck(proxy, 'partial', 'throttle');
    proxy.clear();
    const { records } = await followShards(stream);
    for (const key of KEYS) assert.equal(roundsOf(records, key), '12345');
  });

  it('loses no record whose connection broke, and repeats one only next to itself', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    const { stream } = await openStream(connection);
    test.after(() => stream.close());
    // No more than the attempts of the SDK can bear, should all of them strike one request.
    proxy.add({ kind: 'cut-request', operations: PUT, chance: 0.5, times: 1 });
    proxy.add({ kind: 'cut-answer', operations: PUT, chance: 0.5, times: 1 });
    proxy.add({ kind: 'lose-answer', operations: PUT, chance: 0.5, times: 1 });
    const results = await stream.putMany(entriesOf([1, 2, 3, 4, 5, 6, 7, 8, 9]));
    const given = results.filter((result) => 'error' in result);
    assert.deepEqual(given, []);
    assertStruck(proxy, 'cut-request', 'cut-answer', 'lose-answer');
    proxy.clear();
    const { records } = await followShards(stream);
    assert.ok(records.length > KEYS.length * 9, 'what was lost behind the work was stored twice');
    for (const key of KEYS) assert.equal(roundsOf(records, key).replace(/(.)\1+/g, '$1'), '123456789');
  });

  it('tells who gave records up that they were throttled', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    const { stream } = await openStream({ ...connection, maxAttempts: 2 });
    test.after(() => stream.close());
    proxy.add({ kind: 'throttle', operations: PUT });
    const [result] = await stream.putMany(entriesOf([1]));
    assert.ok(result && 'error' in result && isPortError('throttled', 'scoresStream')(result.error));
    assert.equal(proxy.counts().injected.throttle, 2);
  });

  it('is read once from end to end though iterators expire, reads are throttled, and pages are cut', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    const { stream } = await openStream(connection);
    test.after(() => stream.close());
    await stream.putMany(entriesOf([1, 2, 3]));
    proxy.add({ kind: 'expired-iterator', chance: 0.3 });
    proxy.add({ kind: 'throttle', operations: READ, chance: 0.2 });
    proxy.add({ kind: 'cut-answer', operations: READ, chance: 0.2 });
    proxy.add({ kind: 'lose-answer', operations: READ, chance: 0.2 });
    const records: StreamRecord[] = [];
    for (const { id: shard } of await stream.shards()) {
      let after: string | undefined;
      for (let isMore = true; isMore; ) {
        const page = await untilAnswered(() => stream.read({ shard, after, limit: 4 }));
        records.push(...page.records);
        isMore = page.scanned > 0;
        after = page.last ?? after;
      }
    }
    assertStruck(proxy, 'expired-iterator', 'throttle', 'cut-answer', 'lose-answer');
    for (const key of KEYS) assert.equal(roundsOf(records, key), '123');
  });

  it('keeps the order of keys over a split, with all of these at once', async (test) => {
    const { proxy, connection } = await startProxy(test, 'kinesalite');
    const { stream, streamName } = await openStream(connection, 1);
    const client = openClient(awsConnection('kinesalite'));
    test.after(async () => {
      client.destroy();
      await stream.close();
    });
    proxy.add({ kind: 'partial', operations: PUT, times: 3 });
    proxy.add({ kind: 'expired-iterator', chance: 0.3 });
    proxy.add({ kind: 'throttle', operations: [...READ, 'kinesis.ListShards'], chance: 0.3 });
    proxy.add({ kind: 'cut-answer', operations: READ, chance: 0.2 });
    const put = async (round: number): Promise<void> => {
      const results = await stream.putMany(entriesOf([round]));
      assert.ok(results.every((result) => !('error' in result)));
    };
    await put(1);
    const ShardToSplit = 'shardId-000000000000';
    const NewStartingHashKey = String(2n ** 127n);
    await client.send(new SplitShardCommand({ StreamName: streamName, ShardToSplit, NewStartingHashKey }));
    await untilShards(stream, 3);
    await put(2);
    const { records, ended } = await followShards(stream);
    assertStruck(proxy, 'partial', 'expired-iterator', 'throttle', 'cut-answer');
    assert.deepEqual([...ended], [ShardToSplit]);
    for (const key of KEYS) assert.equal(roundsOf(records, key), '12');
  });

  for (const skewMs of [HOUR_MS, -HOUR_MS]) {
    it(`sets its clock right when it is ${skewMs > 0 ? 'an hour behind' : 'an hour ahead'}`, async (test) => {
      const { proxy, connection } = await startProxy(test, 'ministack');
      const { stream } = await openStream(connection);
      test.after(() => stream.close());
      proxy.add({ kind: 'wrong-clock', skewMs });
      const [result] = await stream.putMany([{ partitionKey: 'a', data: '1' }]);
      assert.ok(result && !('error' in result));
      assert.equal(proxy.counts().injected['wrong-clock'], 1);
    });
  }

  it('says at the start that its credentials are wrong, after one request', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    const { stream } = await openStream(connection);
    test.after(() => stream.close());
    proxy.forgetCounts();
    proxy.add({ kind: 'wrong-credentials' });
    await assert.rejects(stream.verify(), isPortError('validation', 'scoresStream'));
    assert.equal(proxy.counts().requests, 1);
  });

  it('is unavailable while Kinesis is away, waits included, and has what was acknowledged when it is back', async (test) => {
    const { proxy, connection } = await startProxy(test, 'ministack');
    const { stream } = await openStream({ ...connection, maxAttempts: 2 }, 1);
    test.after(() => stream.close());
    await stream.putMany([{ partitionKey: 'a', data: '1' }]);
    const [{ id: shard } = { id: '' }] = await stream.shards();
    const { last } = await stream.read({ shard, limit: 10 });
    const waiting = stream.waitForRecords({ shard, after: last, signal: AbortSignal.timeout(60_000) });
    const rejected = assert.rejects(waiting, isPortError('unavailable'));
    await proxy.down();
    await rejected;
    const [lost] = await stream.putMany([{ partitionKey: 'a', data: '2' }]);
    assert.ok(lost && 'error' in lost && isPortError('unavailable', 'scoresStream')(lost.error));
    await proxy.up();
    await stream.putMany([{ partitionKey: 'a', data: '3' }]);
    assert.equal(roundsOf((await stream.read({ shard, limit: 10 })).records, 'a'), '13');
  });
});
