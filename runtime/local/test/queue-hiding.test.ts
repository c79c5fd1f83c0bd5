import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Platform, Queue } from '@verifiedfan/ports';
import { createGate, createProbe, nextTurn } from '@verifiedfan/test-utils';
import { sqs } from '@verifiedfan/worker';
import { createRig, type Rig } from './support/rig.ts';
import { aWorker, CATALOGUE, dataOf } from './support/workers.ts';

const send = (rig: Rig, bodies: readonly unknown[]) =>
  rig.platform.queue('queue').sendMany(bodies.map((body) => ({ body: JSON.stringify(body) })));
const depthOf = (rig: Rig) => rig.platform.queue('queue').depth();

describe('a queue mapping at work', () => {
  it('keeps the messages of a long batch hidden, so that nobody else gets them', async (test) => {
    const begun = createProbe<unknown>();
    const door = createGate();
    const worker = aWorker(sqs('queue'), async (records) => {
      begun.note(dataOf(records));
      await door.wait();
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await send(rig, ['long']);
    await rig.engine.start();
    await begun.first(1);
    for (let minute = 0; minute < 10; minute += 1) {
      await rig.clock.advance(60_000);
      assert.deepEqual(await depthOf(rig), { visible: 0, inFlight: 1, delayed: 0 });
    }
    door.open();
    await rig.settle();
    assert.equal(begun.values.length, 1);
    assert.equal(rig.clock.sleeping(), 0);
  });

  it('hides them for a short time, again and again, however long the queue would: after a crash they come again soon', async (test) => {
    const begun = createGate();
    const door = createGate();
    const asked: (number | undefined)[] = [];
    const worker = aWorker(sqs('queue'), async () => {
      begun.open();
      await door.wait();
      return {};
    });
    const catalogue = { ...CATALOGUE, queue: { ...CATALOGUE.queue, visibilitySeconds: 900 } };
    const wrap = (platform: Platform): Platform => {
      const queue = platform.queue('queue');
      const receive: Queue['receive'] = (options) => {
        asked.push(options.visibilitySeconds);
        return queue.receive(options);
      };
      const changeVisibility: Queue['changeVisibility'] = (handles, seconds) => {
        asked.push(seconds);
        return queue.changeVisibility(handles, seconds);
      };
      return { ...platform, queue: () => ({ ...queue, receive, changeVisibility }) };
    };
    const rig = createRig(test, { workers: { worker }, catalogue, wrap });
    await send(rig, [1]);
    await rig.engine.start();
    await begun.wait();
    await rig.clock.advance(15_000);
    assert.deepEqual(new Set(asked), new Set([30]));
    assert.ok(asked.length > 1, 'hidden anew');
    door.open();
    await rig.settle();
  });

  it('hides the messages of a queue that hides nothing by itself', async (test) => {
    const begun = createProbe<unknown>();
    const door = createGate();
    const worker = aWorker(sqs('queue'), async (records) => {
      begun.note(dataOf(records));
      await door.wait();
      return {};
    });
    const catalogue = { ...CATALOGUE, queue: { ...CATALOGUE.queue, visibilitySeconds: 0 } };
    const rig = createRig(test, { workers: { worker }, catalogue });
    await send(rig, [1]);
    await rig.engine.start();
    await begun.first(1);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    assert.equal(begun.values.length, 1, 'the other poller did not get it');
    await rig.clock.advance(10_000);
    assert.equal(begun.values.length, 1, 'nor does it later');
    door.open();
    await rig.settle();
  });

  it('shows a message at once, and does not give it up, when a stop is what it failed of', async (test) => {
    const begun = createGate();
    const worker = aWorker(sqs('queue'), async (_records, { signal }) => {
      begun.open();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      throw new Error('asked to stop');
    });
    const rig = createRig(test, { workers: { worker } });
    await send(rig, [1]);
    await rig.engine.start();
    await begun.wait();
    await rig.engine.stop({ graceMs: Number.POSITIVE_INFINITY });
    assert.deepEqual(await depthOf(rig), { visible: 1, inFlight: 0, delayed: 0 });
    assert.deepEqual(rig.failures, []);
  });
});
