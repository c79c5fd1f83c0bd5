import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { kinesis } from '@verifiedfan/worker';
import { createRig, put } from './support/rig.ts';
import { aWorker, dataOf } from './support/workers.ts';

const NUMBERS = [1, 2, 3, 4, 5, 6, 7];

describe('a stream mapping', () => {
  it('hands over batches of at most the batch size, in order', async (test) => {
    const batches: unknown[][] = [];
    const worker = aWorker(kinesis('stream', { batchSize: 3 }), async (records) => {
      batches.push(dataOf(records));
      return { count: records.length };
    });
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', NUMBERS);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(batches, [[1, 2, 3], [4, 5, 6], [7]]);
    assert.deepEqual(
      rig.answers.map(({ answer }) => answer),
      [{ count: 3 }, { count: 3 }, { count: 1 }],
    );
  });

  it('isolates a poison record, stores it once with its payload, and does the others', async (test) => {
    const done: unknown[] = [];
    const worker = aWorker(kinesis('stream', { batchSize: 7, maxRetries: 1 }), async (records) => {
      if (records.some(({ data }) => data === 4)) throw new TypeError('poison');
      done.push(...dataOf(records));
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', NUMBERS);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(done, [1, 2, 3, 5, 6, 7]);
    const [letter, ...others] = await rig.letters();
    assert.deepEqual(others, []);
    assert.equal(letter?.reason, 'given up after 2 attempts: TypeError');
    const payload = letter?.payload as { kinesis: { data: string } } | undefined;
    assert.equal(Buffer.from(payload?.kinesis.data ?? '', 'base64').toString(), '4');
  });

  it('repeats from the lowest record that the worker asks to retry', async (test) => {
    const batches: unknown[][] = [];
    const worker = aWorker(kinesis('stream'), async (records, { retry }) => {
      batches.push(dataOf(records));
      if (batches.length > 1) return {};
      for (const record of records) if (record.data === 5 || record.data === 3) retry(record, new Error('not now'));
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', NUMBERS);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(batches, [NUMBERS, [3, 4, 5, 6, 7]]);
    assert.equal(rig.failures.length, 1);
  });

  it('stores a rejected record once under one id, though its batch is repeated, here and after a restart', async (test) => {
    using directory = temporaryDirectory();
    let failures = 2;
    const worker = aWorker(kinesis('stream'), async (records, { reject, retry }) => {
      for (const record of records) {
        if (record.data === 'bad') reject(record, 'it is bad');
        if (record.data === 'late' && failures > 0) retry(record, new Error('not now'));
      }
      failures -= 1;
      return {};
    });
    const run = async (): Promise<string[]> => {
      const rig = createRig(test, { workers: { worker }, directory: directory.path });
      const { platform } = rig;
      if ((await platform.stream('stream').latest('shardId-000000000000')) === undefined)
        await put(rig, 'stream', ['bad', 'late', 'bad']);
      else await platform.checkpoints.set('mapping/stream/shardId-000000000000/worker', '0');
      await rig.engine.start();
      await rig.settle();
      const ids = (await rig.letters()).map(({ id }) => id);
      await rig.close();
      return ids;
    };
    const ids = await run();
    assert.equal(ids.length, 2);
    assert.deepEqual(await run(), ids, 'the same two, read once more from the beginning');
  });

  it('gives what is not JSON to the dead letters and goes on', async (test) => {
    const done: unknown[] = [];
    const worker = aWorker(kinesis('stream'), async (records) => {
      done.push(...dataOf(records));
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    const stream = rig.platform.stream('stream');
    await stream.putMany(['{', '"fine"', new Uint8Array([0xff])].map((data) => ({ partitionKey: 'key', data })));
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(done, ['fine']);
    assert.equal((await rig.letters()).length, 2);
    assert.deepEqual(rig.failures, []);
  });

  it('passes over what its filters leave out, by the data and by the key', async (test) => {
    const seen: Record<string, unknown[]> = { byData: [], byKey: [] };
    const noting = (name: string, filters: object[]) =>
      aWorker(kinesis('stream', { filters: filters as never }), async (records) => {
        seen[name]?.push(...dataOf(records));
        return {};
      });
    const workers = {
      byData: noting('byData', [{ data: { kind: ['wanted'] } }]),
      byKey: noting('byKey', [{ partitionKey: ['b'] }]),
    };
    const rig = createRig(test, { workers });
    const [a, b] = [
      { kind: 'wanted', key: 'a' },
      { kind: 'other', key: 'b' },
    ];
    await put(rig, 'stream', [a, b], (data) => (data as { key: string }).key);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(seen, { byData: [a], byKey: [b] });
  });

  it('tries again when its services cannot be made, and blames no record for it', async (test) => {
    let attempts = 0;
    const services = () => {
      attempts += 1;
      if (attempts < 4) throw new Error('the token service is down');
      return {};
    };
    const worker = aWorker(kinesis('stream', { maxRetries: 0 }), async () => ({ done: 1 }), { services });
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await rig.settle();
    assert.equal(rig.failures.length, 3);
    assert.deepEqual(rig.answers, [{ worker: 'worker', answer: { done: 1 } }]);
    assert.deepEqual(await rig.letters(), []);
  });
});
