import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Platform, Queue } from '@verifiedfan/ports';
import { createProbe } from '@verifiedfan/test-utils';
import { sqs } from '@verifiedfan/worker';
import { createRig, type Rig } from './support/rig.ts';
import { aWorker, dataOf } from './support/workers.ts';

const send = (rig: Rig, bodies: readonly unknown[]) =>
  rig.platform.queue('queue').sendMany(bodies.map((body) => ({ body: JSON.stringify(body) })));
const depthOf = (rig: Rig) => rig.platform.queue('queue').depth();
const EMPTY = { visible: 0, inFlight: 0, delayed: 0 };

/** Puts a queue in front of the real one. */
const withQueue =
  (change: (queue: Queue) => Partial<Queue>) =>
  (platform: Platform): Platform => ({
    ...platform,
    queue: (name) => {
      const queue = platform.queue(name);
      return { ...queue, ...change(queue) };
    },
  });

describe('a queue mapping', () => {
  it('hands over at most a batch at once and deletes what is done', async (test) => {
    const seen: unknown[][] = [];
    const worker = aWorker(sqs('queue', { batchSize: 4 }), async (records) => {
      seen.push(dataOf(records));
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await send(rig, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await rig.engine.start();
    await rig.settle();
    assert.ok(seen.every((batch) => batch.length <= 4));
    assert.deepEqual(seen.flat().toSorted(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(await depthOf(rig), EMPTY);
  });

  it('hands out again only the messages that failed, after pauses that grow, then gives them up once', async (test) => {
    const seen = createProbe<{ data: unknown; atMs: number; receiveCount: number | undefined }>();
    const worker = aWorker(sqs('queue'), async (records, { retry }) => {
      for (const record of records) {
        const { data, meta } = record;
        seen.note({ data, atMs: rig.clock.now(), receiveCount: meta.receiveCount });
        if (data === 'poison') retry(record, new Error('never'));
      }
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await send(rig, ['fine', 'poison']);
    const beganMs = rig.clock.now();
    await rig.engine.start();
    await seen.first(2);
    for (const seconds of [1, 2]) {
      await rig.clock.waitForSleepers();
      while ((await depthOf(rig)).inFlight !== 1 || rig.clock.sleeping() !== 1) await rig.clock.advance(0);
      await rig.clock.advance(seconds * 1_000 - 1);
      const before = seen.values.length;
      await rig.clock.advance(1);
      await seen.first(before + 1);
    }
    await rig.engine.settled();
    assert.deepEqual(
      seen.values.map(({ data, atMs, receiveCount }) => [data, atMs - beganMs, receiveCount]),
      [
        ['fine', 0, 1],
        ['poison', 0, 1],
        ['poison', 1_000, 2],
        ['poison', 3_000, 3],
      ],
    );
    const letters = await rig.letters();
    assert.deepEqual(
      letters.map(({ reason, payload }) => [reason, (payload as { body: string }).body]),
      [['given up after 3 receives', '"poison"']],
    );
    assert.deepEqual(await depthOf(rig), EMPTY);
  });

  it('hands out the whole batch again when the worker throws, or names an unknown message', async (test) => {
    const seen: unknown[][] = [];
    const middlewares = [
      {
        after: ({ response }: { response: unknown }) =>
          seen.length === 2
            ? { ...(response as object), batchItemFailures: [{ itemIdentifier: 'unknown' }] }
            : undefined,
      },
    ];
    const handle = async (records: readonly { data: unknown }[]) => {
      seen.push(dataOf(records).toSorted());
      if (seen.length === 1) throw new Error('down');
      return {};
    };
    const rig = createRig(test, { workers: { worker: aWorker(sqs('queue'), handle, { middlewares }) } });
    await send(rig, [1, 2]);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(seen, [
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    assert.equal(rig.failures.length, 2);
    assert.deepEqual(await rig.letters(), []);
  });

  it('rejects a body that is not JSON once, and deletes it', async (test) => {
    const worker = aWorker(sqs('queue'), async (records) => ({ count: records.length }));
    const rig = createRig(test, { workers: { worker } });
    await rig.platform.queue('queue').sendMany([{ body: '{' }]);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(
      (await rig.letters()).map(({ reason }) => reason),
      ['the body is not JSON'],
    );
    assert.deepEqual(rig.failures, []);
  });

  it('tells of a deletion that failed, and the message comes again', async (test) => {
    let faults = 1;
    let calls = 0;
    const wrap = withQueue((queue) => ({
      deleteMany: async (handles) => {
        faults -= 1;
        return faults < 0 ? queue.deleteMany(handles) : handles.map(() => ({ error: new Error('not deleted') }));
      },
    }));
    const worker = aWorker(sqs('queue'), async () => {
      calls += 1;
      return {};
    });
    const rig = createRig(test, { workers: { worker }, wrap });
    await send(rig, [1]);
    await rig.engine.start();
    await rig.settle();
    assert.equal(calls, 2);
    assert.deepEqual(
      rig.failures.map(({ error }) => error.message),
      ['not deleted'],
    );
  });

  it('keeps a message that could not be stored with the dead letters', async (test) => {
    let faults = 1;
    const wrap = (platform: Platform): Platform => ({
      ...platform,
      table: (name) => {
        const table = platform.table(name);
        const updateMany: typeof table.updateMany = async (actions) => {
          faults -= 1;
          if (faults >= 0) throw new Error('the store is full');
          return table.updateMany(actions);
        };
        return { ...table, updateMany };
      },
    });
    const worker = aWorker(sqs('queue'), async () => Promise.reject(new Error('never')));
    const rig = createRig(test, { workers: { worker }, wrap });
    await send(rig, ['poison']);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(
      (await rig.letters()).map(({ reason }) => reason),
      ['given up after 4 receives'],
    );
  });
});
