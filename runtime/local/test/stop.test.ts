import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, createProbe, nextTurn, temporaryDirectory } from '@verifiedfan/test-utils';
import { kinesis, s3, schedule, sqs } from '@verifiedfan/worker';
import { createRig, put, type Rig } from './support/rig.ts';
import { aWorker } from './support/workers.ts';

/** Workers of every kind, each held at a door. */
const held = () => {
  const begun = createProbe<string>();
  const door = createGate();
  const hold = (name: string) => async () => {
    begun.note(name);
    await door.wait();
    return {};
  };
  const workers = {
    stream: aWorker(kinesis('stream', { batchSize: 1 }), hold('stream')),
    queue: aWorker(sqs('queue', { batchSize: 1 }), hold('queue')),
    bucket: aWorker(s3('bucket'), hold('bucket')),
    schedule: aWorker(schedule('everyMinute'), hold('schedule')),
  };
  return { begun, door, workers };
};
const fill = async (rig: Rig): Promise<void> => {
  await put(rig, 'stream', [1, 2, 3]);
  await rig.platform.queue('queue').sendMany(['1', '2', '3', '4', '5', '6', '7', '8'].map((body) => ({ body })));
  for (const key of ['a', 'b', 'c']) await rig.platform.bucket('bucket').put({ key, body: key });
};
/** One batch of the stream, two of the queue, two uploads, one tick. */
const UNDER_WAY = ['bucket', 'bucket', 'queue', 'queue', 'schedule', 'stream'];

const startAll = async (rig: Rig, begun: { first(count: number): Promise<readonly string[]> }): Promise<void> => {
  await rig.engine.start();
  await rig.clock.waitForSleepers();
  await begun.first(5);
  await rig.clock.advance(60_000);
  assert.deepEqual((await begun.first(6)).toSorted(), UNDER_WAY);
};

describe('the stop of an engine', () => {
  it('begins nothing more and waits for what is begun', async (test) => {
    const { begun, door, workers } = held();
    const rig = createRig(test, { workers });
    await fill(rig);
    await startAll(rig, begun);
    let isStopped = false;
    const stopping = rig.engine.stop({ graceMs: 10_000 }).then(() => {
      isStopped = true;
    });
    await rig.clock.advance(9_999);
    assert.equal(isStopped, false);
    door.open();
    await stopping;
    assert.deepEqual(begun.values.toSorted(), UNDER_WAY, 'though more was there to be taken');
    assert.equal(rig.answers.length, 6, 'and what was begun has ended');
    assert.equal(rig.clock.sleeping(), 0);
  });

  it('gives up what outlasts the grace, which is repeated at the next start', async (test) => {
    using directory = temporaryDirectory();
    const { begun, door, workers } = held();
    const rig = createRig(test, { workers, directory: directory.path });
    await fill(rig);
    await startAll(rig, begun);
    const stopping = rig.engine.stop({ graceMs: 10_000 });
    await rig.clock.advance(10_000);
    await stopping;
    assert.equal(rig.answers.length, 0);
    await rig.platform.close();
    // The abandoned calls end on closed stores; nobody is told and nothing of theirs is kept.
    door.open();
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    assert.deepEqual(rig.failures, []);
    assert.equal(begun.values.length, 6);

    const again = createRig(test, { workers, directory: directory.path });
    await again.engine.start();
    await again.settle();
    const counts = Map.groupBy(begun.values.slice(6), (name) => name);
    assert.deepEqual(
      [counts.get('stream')?.length, counts.get('queue')?.length, counts.get('bucket')?.length],
      [3, 8, 3],
    );
    await again.close();
  });

  it('ends a back-off, and a wait for an idle estate', async (test) => {
    const worker = aWorker(kinesis('stream'), async () => Promise.reject(new Error('never')));
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await rig.clock.waitForSleepers();
    const settled = rig.engine.settled();
    await rig.engine.stop({ graceMs: Number.POSITIVE_INFINITY });
    await settled;
    assert.equal(rig.clock.sleeping(), 0);
  });

  it('may be asked for twice, and before a start', async (test) => {
    const rig = createRig(test, { workers: {} });
    await rig.engine.stop();
    await rig.engine.stop();
    await assert.rejects(rig.engine.start(), /started once/);
  });

  it('aborts the signal of the handlers, so that they can end early', async (test) => {
    const begun = createGate();
    const worker = aWorker(kinesis('stream'), async (_records, { signal }) => {
      begun.open();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      return { ended: 1 };
    });
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await begun.wait();
    await rig.engine.stop({ graceMs: Number.POSITIVE_INFINITY });
    assert.deepEqual(rig.answers, [{ worker: 'worker', answer: { ended: 1 } }]);
  });
});

describe('a wait for an idle estate', () => {
  it('ends when its own signal aborts, and harms nobody', async (test) => {
    const { begun, door, workers } = held();
    const rig = createRig(test, { workers });
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await begun.first(1);
    const asking = new AbortController();
    const settled = rig.engine.settled(asking.signal);
    asking.abort();
    await settled;
    assert.equal(rig.answers.length, 0);
    door.open();
    await rig.engine.settled();
    assert.equal(rig.answers.length, 1);
  });
});
