import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Platform } from '@verifiedfan/ports';
import { createGate, createManualClock, nextTurn, temporaryDirectory } from '@verifiedfan/test-utils';
import { kinesis, type Worker } from '@verifiedfan/worker';
import { createRig, put, type Rig } from './support/rig.ts';
import { aWorker, CATALOGUE, dataOf, PURPOSE } from './support/workers.ts';

const SHARD = 'shardId-000000000000';
const KEY = `mapping/stream/${SHARD}/worker`;
const checkpointOf = ({ platform }: { platform: Platform }) => platform.checkpoints.get(KEY);
const latestOf = ({ platform }: { platform: Platform }) => platform.stream('stream').latest(SHARD);

const noting = (batchSize = 2): { worker: Worker; seen: unknown[] } => {
  const seen: unknown[] = [];
  const worker = aWorker(kinesis('stream', { batchSize }), async (records) => {
    seen.push(...dataOf(records));
    return {};
  });
  return { worker, seen };
};
const start = async (rig: Rig): Promise<Rig> => {
  await rig.engine.start();
  await rig.settle();
  return rig;
};

describe('the checkpoint of a stream mapping', () => {
  it('moves only behind what is done', async (test) => {
    const begun = createGate();
    const door = createGate();
    const worker = aWorker(kinesis('stream', { batchSize: 2 }), async ([first]) => {
      if (first?.data !== 3) return {};
      begun.open();
      await door.wait();
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', [1, 2]);
    const afterTwo = await latestOf(rig);
    await put(rig, 'stream', [3, 4]);
    await rig.engine.start();
    await begun.wait();
    assert.equal(await checkpointOf(rig), afterTwo);
    door.open();
    await rig.settle();
    assert.equal(await checkpointOf(rig), await latestOf(rig));
  });

  it('is where the next run goes on', async (test) => {
    using directory = temporaryDirectory();
    const { worker, seen } = noting();
    const first = createRig(test, { workers: { worker }, directory: directory.path });
    await put(first, 'stream', [1, 2, 3]);
    await (await start(first)).close();
    const second = createRig(test, { workers: { worker }, directory: directory.path });
    await put(second, 'stream', [4]);
    await (await start(second)).close();
    assert.deepEqual(seen, [1, 2, 3, 4]);
  });

  it('is kept as far as everything is done when a stop comes half-way', async (test) => {
    using directory = temporaryDirectory();
    const seen: unknown[] = [];
    const stopped: { rig?: Rig; ending?: Promise<void> | undefined } = {};
    const worker = aWorker(kinesis('stream', { batchSize: 4 }), async (records, { retry }) => {
      seen.push(dataOf(records));
      if (stopped.ending !== undefined) return {};
      stopped.ending = stopped.rig?.engine.stop({ graceMs: Number.POSITIVE_INFINITY });
      for (const record of records) if (record.data === 3) retry(record, new Error('asked to stop'));
      return {};
    });
    stopped.rig = createRig(test, { workers: { worker }, directory: directory.path });
    await put(stopped.rig, 'stream', [1, 2, 3, 4]);
    await stopped.rig.engine.start();
    await stopped.rig.engine.settled();
    await stopped.rig.close();
    assert.deepEqual(stopped.rig.failures, []);
    await (await start(createRig(test, { workers: { worker }, directory: directory.path }))).close();
    assert.deepEqual(seen, [
      [1, 2, 3, 4],
      [3, 4],
    ]);
  });

  it('is given up when it lies beyond the end of a log that was made anew', async (test) => {
    const { worker, seen } = noting();
    const rig = createRig(test, { workers: { worker } });
    await rig.platform.checkpoints.set(KEY, '1000001000000000999999');
    await put(rig, 'stream', [1, 2]);
    await start(rig);
    assert.deepEqual(seen, [1, 2]);
    assert.equal(await checkpointOf(rig), await latestOf(rig));
  });

  it('is kept when the log only guesses where its end is', async (test) => {
    const { worker, seen } = noting();
    const rig = createRig(test, {
      workers: { worker },
      wrap: (platform) => {
        const stream = platform.stream('stream');
        const guessing: typeof stream = { ...stream, latest: async () => undefined };
        return { ...platform, stream: (name) => (name === 'stream' ? guessing : platform.stream(name)) };
      },
    });
    await put(rig, 'stream', [1, 2]);
    const [{ last } = {}] = [await rig.platform.stream('stream').read({ shard: SHARD, limit: 10 })];
    await rig.platform.checkpoints.set(KEY, last ?? assert.fail());
    await put(rig, 'stream', [3]);
    await rig.engine.start();
    while (seen.length === 0) await nextTurn();
    assert.deepEqual(seen, [3]);
  });

  it('registers a consumer that has read nothing, so that nothing is trimmed in front of it', async (test) => {
    const rig = createRig(test, { workers: { worker: noting().worker } });
    await start(rig);
    assert.equal(await checkpointOf(rig), '0');
  });

  it('lets a new consumer settle on a log whose records have all been trimmed', async (test) => {
    const clock = createManualClock();
    const catalogue = { ...CATALOGUE, stream: { kind: 'stream', purpose: PURPOSE, retentionHours: 1 } } as const;
    const { worker, seen } = noting();
    const rig = createRig(test, { workers: { worker }, catalogue, clock });
    await put(rig, 'stream', [1, 2]);
    await clock.advance(2 * 3_600_000);
    await (rig.platform.stream('stream') as unknown as { trim(): Promise<number> }).trim();
    await start(rig);
    assert.deepEqual(seen, []);
  });

  it('lets an estate settle that has nothing at all to read', async (test) => {
    const idle = { a: noting().worker, b: aWorker(kinesis('twoShards'), async () => ({})) };
    const rig = createRig(test, { workers: idle });
    await rig.engine.start();
    // Asked before any shard's position can be known.
    await rig.settle();
    assert.deepEqual(rig.answers, []);
  });
});
