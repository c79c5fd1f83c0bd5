import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sqs } from '@verifiedfan/worker';
import { createRig, type Rig } from './support/rig.ts';
import { aWorker } from './support/workers.ts';

type Message = { group: string; n: number };
const send = (rig: Rig, messages: readonly Message[]) =>
  rig.platform
    .queue('fifoQueue')
    .sendMany(
      messages.map(({ group, n }) => ({ body: JSON.stringify({ group, n }), group, deduplicationId: `${group}-${n}` })),
    );
const source = sqs<Message>('fifoQueue', { fifo: true });

describe('a FIFO queue mapping', () => {
  it('holds a group back behind its first failed message, while other groups go on', async (test) => {
    const done: string[] = [];
    let failures = 2;
    const worker = aWorker(source, async (records, { retry }) => {
      for (const record of records) {
        const { group, n } = record.data;
        if (group === 'a' && n === 2 && failures > 0) {
          failures -= 1;
          retry(record, new Error('not now'));
        } else done.push(`${group}${n}`);
      }
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await send(rig, [
      { group: 'a', n: 1 },
      { group: 'a', n: 2 },
      { group: 'b', n: 1 },
      { group: 'b', n: 2 },
    ]);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(
      done.filter((name) => name.startsWith('b')),
      ['b1', 'b2'],
    );
    assert.deepEqual(
      done.filter((name) => name.startsWith('a')),
      ['a1', 'a2'],
    );
    assert.ok(done.indexOf('b2') < done.indexOf('a2'), 'the other group did not wait');
    assert.deepEqual(await rig.letters(), []);
  });

  it('delivers the later messages of a group again, in order, though the worker did not complain of them', async (test) => {
    const batches: string[][] = [];
    const worker = aWorker(source, async (records, { retry }) => {
      batches.push(records.map(({ data }) => `${data.group}${data.n}`));
      const [first] = records;
      if (batches.length === 1 && first !== undefined) retry(first, new Error('not now'));
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await send(rig, [
      { group: 'a', n: 1 },
      { group: 'a', n: 2 },
      { group: 'a', n: 3 },
    ]);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(batches, [
      ['a1', 'a2', 'a3'],
      ['a1', 'a2', 'a3'],
    ]);
  });

  it('gives up the poison message alone, and then does the ones that had to wait for it', async (test) => {
    const done: number[] = [];
    const worker = aWorker(source, async (records, { retry }) => {
      for (const record of records) {
        if (record.data.n === 1) retry(record, new Error('never'));
        else done.push(record.data.n);
      }
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await send(rig, [
      { group: 'a', n: 1 },
      { group: 'a', n: 2 },
    ]);
    await rig.engine.start();
    await rig.settle();
    const letters = await rig.letters();
    assert.deepEqual(
      letters.map(({ payload }) => JSON.parse((payload as { body: string }).body) as Message),
      [{ group: 'a', n: 1 }],
    );
    assert.equal(letters[0]?.reason, 'given up after 3 receives');
    assert.equal(done.at(-1), 2);
    assert.deepEqual(await rig.platform.queue('fifoQueue').depth(), { visible: 0, inFlight: 0, delayed: 0 });
  });
});
