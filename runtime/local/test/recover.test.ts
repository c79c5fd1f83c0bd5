import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type JsonValue, PortError } from '@verifiedfan/ports';
import { makeS3Input } from '@verifiedfan/test-utils';
import { dynamodbStream, kinesis, type Source, s3 } from '@verifiedfan/worker';
import { type Recovered, recoverMessages } from '../src/index.ts';
import { createRig, letTimePassUntil, put } from './support/rig.ts';
import { aWorker, dataOf, type Handle, type More } from './support/workers.ts';

const NUMBERS = [1, 2, 3, 4, 5, 6, 7];

/** A worker that Lambda gave up on: its stream has the numbers, and nothing runs. */
const setUp = async (
  test: TestContext,
  handle: Handle,
  { source = kinesis('stream'), more = {} }: { source?: Source; more?: More } = {},
) => {
  const rig = createRig(test, { workers: { worker: aWorker(source as Source<never>, handle as never, more) } });
  const { platform, clock } = rig;
  await put(rig, 'stream', NUMBERS);
  const [{ id: shard = '' } = {}] = await platform.stream('stream').shards();
  const { records } = await platform.stream('stream').read({ shard, limit: 100 });
  const sequences = records.map(({ sequence }) => sequence);
  const queue = platform.queue('queue');
  const recover = async (signal = new AbortController().signal): Promise<Recovered[]> => {
    const all: Recovered[] = [];
    const prepared = rig.engine.prepared('worker');
    assert.ok(prepared);
    const working = async (): Promise<void> => {
      for await (const each of recoverMessages({ prepared, queue, sources: platform, signal })) all.push(each);
    };
    await letTimePassUntil(clock, working());
    return all;
  };
  return {
    ...rig,
    recover,
    /** Writes what Lambda does: positions, from one of the numbers to another. */
    giveUp: (first: number, last: number) =>
      queue.sendMany([
        {
          body: JSON.stringify({
            requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 6 },
            version: '1.0',
            KinesisBatchInfo: {
              shardId: shard,
              startSequenceNumber: sequences[first - 1] ?? String(first),
              endSequenceNumber: sequences[last - 1] ?? String(last),
              batchSize: last - first + 1,
              streamArn: 'arn:aws:kinesis:eu-west-1:111122223333:stream/verifiedfan-dev-stream',
            },
          }),
        },
      ]),
    send: (body: JsonValue) => queue.sendMany([{ body: typeof body === 'string' ? body : JSON.stringify(body) }]),
    left: async () => (await queue.depth()).visible,
  };
};

describe('what Lambda gave up of a stream', () => {
  it('is read from the stream and worked off, these records and no others, and its message is gone', async (test) => {
    const handled: unknown[] = [];
    const { giveUp, recover, left } = await setUp(test, async (records) => {
      handled.push(...dataOf(records));
      return {};
    });
    await giveUp(3, 5);
    await giveUp(7, 7);
    const recovered = await recover();
    assert.deepEqual(handled.toSorted(), [3, 4, 5, 7]);
    assert.deepEqual(recovered.map(({ outcome, records, deadLettered }) => [outcome, records, deadLettered]).sort(), [
      ['done', 1, 0],
      ['done', 3, 0],
    ]);
    assert.equal(await left(), 0);
    assert.deepEqual(await recover(), []);
  });

  it('is dead-lettered row by row where it fails again', async (test) => {
    const handled = new Set<unknown>();
    const source = kinesis('stream', { maxRetries: 1 });
    const handle: Handle = async (records, { reject }) => {
      if (records.some(({ data }) => data === 4)) throw new TypeError('poison');
      for (const record of records) record.data === 6 ? reject(record, 'never') : handled.add(record.data);
      return {};
    };
    const { giveUp, recover, left, letters } = await setUp(test, handle, { source });
    await giveUp(2, 6);
    const [recovered] = await recover();
    assert.deepEqual([recovered?.outcome, recovered?.records, recovered?.deadLettered], ['done', 5, 2]);
    assert.deepEqual([...handled].sort(), [2, 3, 5]);
    assert.deepEqual(
      (await letters()).map(({ reason }) => reason),
      ['given up after 2 attempts: TypeError', 'never'],
    );
    assert.equal(await left(), 0);
  });

  it('passes its filters as it does on the way to Lambda', async (test) => {
    const handled: unknown[] = [];
    const source = kinesis('stream', { filters: [{ data: { n: [2] } }] });
    const handle: Handle = async (records) => {
      handled.push(...dataOf(records));
      return {};
    };
    const rig = await setUp(test, handle, { source });
    await rig.giveUp(1, 7);
    assert.deepEqual(
      (await rig.recover()).map(({ records }) => records),
      [0],
    );
    assert.deepEqual(handled, []);
  });

  it('stays in the queue when the worker cannot be made, and blames no record', async (test) => {
    const services = (): never => {
      throw new PortError({ code: 'unavailable', message: 'no secrets now' });
    };
    const { giveUp, recover, left, letters } = await setUp(test, async () => ({}), { more: { services } });
    await giveUp(1, 7);
    assert.deepEqual(
      (await recover()).map(({ outcome, reason }) => [outcome, reason]),
      [['failed', 'no secrets now']],
    );
    assert.deepEqual([await left(), await letters()], [1, []]);
  });

  it('stays there when the stream does not keep all of it any more, once the rest was worked off', async (test) => {
    const handled: unknown[] = [];
    const rig = await setUp(test, async (records) => {
      handled.push(...dataOf(records));
      return {};
    });
    await rig.giveUp(0, 2);
    const [recovered] = await rig.recover();
    assert.equal(recovered?.outcome, 'failed');
    assert.match(recovered?.reason ?? '', /does not keep all records .* the 2 that are left were worked off/);
    assert.deepEqual(handled, [1, 2]);
    assert.equal(await rig.left(), 1);
  });

  it('stays there while the worker is switched off', async (test) => {
    const rig = await setUp(test, async () => assert.fail('it is off'), { more: { flag: 'loads' } });
    rig.flags.set('loads', false);
    await rig.giveUp(1, 7);
    assert.match((await rig.recover())[0]?.reason ?? '', /switched off/);
    assert.equal(await rig.left(), 1);
  });

  it('stays there when it is interrupted', async (test) => {
    const stopping = new AbortController();
    const { giveUp, recover, left } = await setUp(test, async () => {
      stopping.abort();
      throw new Error('stopped');
    });
    await giveUp(1, 7);
    const [recovered] = await recover(stopping.signal);
    assert.deepEqual([recovered?.outcome, recovered?.reason], ['failed', 'interrupted']);
    assert.equal(await left(), 1);
  });
});

describe('what Lambda gave up of a table, an upload, and what is nothing of the kind', () => {
  it('is found by the position of a change', async (test) => {
    const handled: unknown[] = [];
    const source = dynamodbStream('rows');
    const rig = await setUp(
      test,
      async (records) => {
        handled.push(...records.map(({ meta }) => meta.group));
        return {};
      },
      { source: source as Source },
    );
    const rows = rig.platform.table('rows');
    await rows.updateMany(['a', 'b', 'c'].map((SK) => ({ put: { PK: 'row', SK } })));
    const [{ id: shard = '' } = {}] = await rows.changes.shards();
    const { records } = await rows.changes.read({ shard, limit: 10 });
    const [, second] = records;
    const DDBStreamBatchInfo = {
      shardId: shard,
      startSequenceNumber: second?.sequence,
      endSequenceNumber: second?.sequence,
    };
    await rig.send({ DDBStreamBatchInfo } as never);
    assert.deepEqual(
      (await rig.recover()).map(({ outcome }) => outcome),
      ['done'],
    );
    assert.equal(handled.length, 1);
    assert.match(String(handled[0]), /b$/);
  });

  it('is handed over whole when it is the event of an upload', async (test) => {
    const keys: unknown[] = [];
    const handle: Handle = async (records) => {
      keys.push(...records.map(({ data }) => (data as { key: string }).key));
      return {};
    };
    const { send, recover, left } = await setUp(test, handle, { source: s3('bucket') as Source });
    await send({ requestPayload: makeS3Input([{ key: 'a.csv', versionId: 'v1' }], { bucket: 'bucket' }) } as never);
    assert.deepEqual(
      (await recover()).map(({ outcome }) => outcome),
      ['done'],
    );
    assert.deepEqual(keys, ['a.csv']);
    assert.equal(await left(), 0);
  });

  it('is kept and told when nobody knows what it is', async (test) => {
    const { send, recover, left } = await setUp(test, async () => ({}));
    const strange: JsonValue[] = [
      'x',
      [],
      { a: 1 },
      { KinesisBatchInfo: { shardId: 's', startSequenceNumber: 'x' } },
      { DDBStreamBatchInfo: {} },
    ];
    for (const body of strange) await send(body);
    const recovered = await recover();
    assert.deepEqual(new Set(recovered.map(({ outcome }) => outcome)), new Set(['failed']));
    assert.match(recovered[0]?.reason ?? '', /nothing that Lambda gave up/);
    assert.deepEqual([recovered.length, await left()], [strange.length, strange.length]);
  });
});
