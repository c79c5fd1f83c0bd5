import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, createProbe } from '@verifiedfan/test-utils';
import { kinesis, type Source, s3, sqs } from '@verifiedfan/worker';
import { createRig, put, type Rig } from './support/rig.ts';
import { aWorker, JSON_WAY, type More } from './support/workers.ts';

const FLAG = 'loading';
type Kind = { source: Source<unknown>; add(rig: Rig): Promise<unknown> };
const KINDS: Record<string, Kind> = {
  stream: { source: kinesis<unknown>('stream', { maxRetries: 1 }), add: (rig) => put(rig, 'stream', [1]) },
  queue: { source: sqs<unknown>('queue'), add: ({ platform }) => platform.queue('queue').sendMany([{ body: '1' }]) },
  bucket: {
    source: s3('bucket') as Source<unknown>,
    add: ({ platform }) => platform.bucket('bucket').put({ key: 'a', body: '1' }),
  },
};

const noting = (source: Source<unknown>, more: More = {}) => {
  const calls = createProbe<number>();
  const worker = aWorker(
    source,
    async (records) => {
      calls.note(records.length);
      return {};
    },
    { flag: FLAG, ...more },
  );
  return { calls, workers: { worker } };
};

for (const [name, { source, add }] of Object.entries(KINDS)) {
  describe(`a ${name} mapping whose worker is switched off`, () => {
    it('leaves what waits in place, is not waited for, and goes on when it is switched on', async (test) => {
      const { calls, workers } = noting(source);
      const rig = createRig(test, { workers });
      rig.flags.set(FLAG, false);
      await add(rig);
      await rig.engine.start();
      await rig.engine.settled();
      await rig.clock.advance(600_000);
      assert.deepEqual(calls.values, []);
      rig.flags.set(FLAG, true);
      await rig.settle();
      assert.deepEqual(calls.values, [1]);
    });

    it('takes nothing more while it is off, and uses up no attempt of what failed before', async (test) => {
      let isBroken = true;
      const failed = createProbe<string>();
      const handle = async () => {
        failed.note('called');
        if (isBroken) throw new Error('broken');
        return {};
      };
      for (const more of [{}, JSON_WAY]) {
        isBroken = true;
        const before = failed.values.length;
        const rig = createRig(test, { workers: { worker: aWorker(source, handle, { flag: FLAG, ...more }) } });
        await add(rig);
        await rig.engine.start();
        await failed.first(before + 1);
        rig.flags.set(FLAG, false);
        for (let minute = 0; minute < 20; minute += 1) await rig.clock.advance(60_000);
        await rig.engine.settled();
        assert.equal(failed.values.length, before + 1);
        isBroken = false;
        rig.flags.set(FLAG, true);
        await rig.settle();
        assert.equal(failed.values.length, before + 2);
        assert.deepEqual(await rig.letters(), []);
        await rig.close();
      }
    });
  });
}

describe('the flag of a worker', () => {
  it('ends the wait for an idle estate when it is switched off over something that cannot come yet', async (test) => {
    const { workers } = noting(sqs<unknown>('queue'));
    const rig = createRig(test, { workers });
    await rig.platform.queue('queue').sendMany([{ body: '1', delaySeconds: 900 }]);
    await rig.engine.start();
    const settled = rig.engine.settled();
    await rig.clock.waitForSleepers();
    rig.flags.set(FLAG, false);
    await settled;
    assert.deepEqual(await rig.platform.queue('queue').depth(), { visible: 0, inFlight: 0, delayed: 1 });
  });

  it('gives a batch of a queue back that it caught while it was gathered', async (test) => {
    const { calls, workers } = noting(sqs<unknown>('queue', { batchWindowSeconds: 20 }));
    const rig = createRig(test, { workers });
    await rig.platform.queue('queue').sendMany([{ body: '1' }]);
    await rig.engine.start();
    await rig.clock.waitForSleepers(2);
    rig.flags.set(FLAG, false);
    await rig.clock.advance(20_000);
    await rig.engine.settled();
    assert.deepEqual(await rig.platform.queue('queue').depth(), { visible: 1, inFlight: 0, delayed: 0 });
    assert.deepEqual(calls.values, []);
    assert.deepEqual(rig.failures, []);
  });

  it('lets a stop through that comes while it is off', async (test) => {
    const { workers } = noting(sqs<unknown>('queue'));
    const rig = createRig(test, { workers });
    rig.flags.set(FLAG, false);
    await rig.platform.queue('queue').sendMany([{ body: '1' }]);
    await rig.engine.start();
    await rig.engine.settled();
    await rig.engine.stop({ graceMs: Number.POSITIVE_INFINITY });
    assert.deepEqual(await rig.platform.queue('queue').depth(), { visible: 1, inFlight: 0, delayed: 0 });
  });

  it('lets what is under way end, and keeps how far it came', async (test) => {
    const begun = createGate();
    const door = createGate();
    const ended = createProbe<string>();
    const worker = aWorker(
      kinesis('stream'),
      async () => {
        begun.open();
        await door.wait();
        ended.note('ended');
        return {};
      },
      { flag: FLAG },
    );
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await begun.wait();
    rig.flags.set(FLAG, false);
    door.open();
    await ended.first(1);
    await rig.engine.stop({ graceMs: Number.POSITIVE_INFINITY });
    const latest = await rig.platform.stream('stream').latest('shardId-000000000000');
    assert.equal(await rig.platform.checkpoints.get('mapping/stream/shardId-000000000000/worker'), latest);
  });
});
