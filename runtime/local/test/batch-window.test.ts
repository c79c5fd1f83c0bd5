import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProbe, type Probe } from '@verifiedfan/test-utils';
import { kinesis, type Source, sqs, type Worker } from '@verifiedfan/worker';
import { createRig, put, type Rig } from './support/rig.ts';
import { aWorker, dataOf } from './support/workers.ts';

const noting = (source: Source<unknown>): { worker: Worker; batches: Probe<unknown[]> } => {
  const batches = createProbe<unknown[]>();
  const worker = aWorker(source, async (records) => {
    batches.note(dataOf(records));
    return {};
  });
  return { worker, batches };
};
const send = (rig: Rig, bodies: readonly number[]) =>
  rig.platform.queue('queue').sendMany(bodies.map((body) => ({ body: String(body) })));

describe('the batch window of a stream', () => {
  const source = kinesis<unknown>('stream', { batchSize: 3, batchWindowSeconds: 60 });

  it('collects until it is over', async (test) => {
    const { worker, batches } = noting(source);
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await rig.clock.waitForSleepers();
    await put(rig, 'stream', [2]);
    await rig.clock.advance(59_999);
    assert.deepEqual(batches.values, []);
    await rig.clock.advance(1);
    assert.deepEqual(await batches.first(1), [[1, 2]]);
  });

  it('ends as soon as the batch is full, without any time passing', async (test) => {
    const { worker, batches } = noting(source);
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await rig.clock.waitForSleepers();
    await put(rig, 'stream', [2]);
    await put(rig, 'stream', [3, 4]);
    assert.deepEqual(await batches.first(1), [[1, 2, 3]]);
    await rig.settle();
    assert.deepEqual(batches.values, [[1, 2, 3], [4]]);
  });

  it('is not begun for a batch that is full already', async (test) => {
    const { worker, batches } = noting(source);
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', [1, 2, 3]);
    await rig.engine.start();
    await rig.engine.settled();
    assert.deepEqual(batches.values, [[1, 2, 3]]);
    assert.equal(rig.clock.sleeping(), 0, 'no timer is left behind');
  });

  it('leaves everything in place when a stop comes while it is open', async (test) => {
    const { worker, batches } = noting(source);
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await rig.clock.waitForSleepers();
    await rig.engine.stop({ graceMs: Number.POSITIVE_INFINITY });
    assert.deepEqual(batches.values, []);
    assert.equal(await rig.platform.checkpoints.get('mapping/stream/shardId-000000000000/worker'), '0');
  });
});

describe('the batch window of a queue', () => {
  const source = sqs<unknown>('queue', { batchSize: 3, batchWindowSeconds: 20 });

  it('collects until it is over', async (test) => {
    const { worker, batches } = noting(source);
    const rig = createRig(test, { workers: { worker } });
    await send(rig, [1, 2]);
    await rig.engine.start();
    await rig.clock.waitForSleepers(2);
    assert.deepEqual(batches.values, []);
    await rig.clock.advance(20_000);
    assert.deepEqual(await batches.first(1), [[1, 2]]);
  });

  it('ends as soon as the batch is full, without any time passing', async (test) => {
    const { worker, batches } = noting(source);
    const rig = createRig(test, { workers: { worker } });
    await send(rig, [1, 2, 3]);
    await rig.engine.start();
    assert.deepEqual(await batches.first(1), [[1, 2, 3]]);
  });

  it('shows what it has gathered at once when a stop comes, and hands over nothing', async (test) => {
    const { worker, batches } = noting(source);
    const rig = createRig(test, { workers: { worker } });
    await send(rig, [1]);
    await rig.engine.start();
    await rig.clock.waitForSleepers(2);
    assert.equal((await rig.platform.queue('queue').depth()).inFlight, 1);
    await rig.engine.stop({ graceMs: Number.POSITIVE_INFINITY });
    assert.deepEqual(await rig.platform.queue('queue').depth(), { visible: 1, inFlight: 0, delayed: 0 });
    assert.deepEqual(batches.values, []);
    assert.equal(rig.clock.sleeping(), 0);
  });
});
