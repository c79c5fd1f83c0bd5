import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Platform } from '@verifiedfan/ports';
import { createGate, createProbe, nextTurn } from '@verifiedfan/test-utils';
import { kinesis } from '@verifiedfan/worker';
import { partitionByGroup } from '../src/mappings/stream-batch.ts';
import { createRig, put } from './support/rig.ts';
import { aWorker, dataOf } from './support/workers.ts';

type Row = { key: string; n: number };
const rowsOf = (keys: number, each: number): Row[] =>
  Array.from({ length: keys * each }, (_, index) => ({ key: `key ${index % keys}`, n: Math.floor(index / keys) }));
const keyOf = (data: unknown): string => (data as Row).key;

describe('parallelization of a stream', () => {
  it('works on several keys at once and keeps the order of each', async (test) => {
    const perKey = new Map<string, number[]>();
    let running = 0;
    let most = 0;
    const worker = aWorker(kinesis('stream', { batchSize: 5, parallelization: 4 }), async (records) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      for (const { key, n } of dataOf(records) as Row[]) perKey.set(key, [...(perKey.get(key) ?? []), n]);
      running -= 1;
      return {};
    });
    const rig = createRig(test, { workers: { worker } });
    await put(rig, 'stream', rowsOf(10, 20), keyOf);
    await rig.engine.start();
    await rig.settle();
    assert.ok(most > 1 && most <= 4, `${most} at once`);
    assert.equal(perKey.size, 10);
    for (const ns of perKey.values()) assert.deepEqual(ns, [...ns.keys()]);
    assert.equal([...perKey.values()].flat().length, 200);
  });

  it('lets the others end before a batch is repeated whose dead letters could not be stored', async (test) => {
    const door = createGate();
    const stored = createProbe<string>();
    const busy = new Map<string, number>();
    let overlaps = 0;
    const worker = aWorker(kinesis('stream', { parallelization: 2, maxRetries: 0 }), async (records) => {
      const key = keyOf(records[0]?.data);
      busy.set(key, (busy.get(key) ?? 0) + 1);
      if (busy.get(key) !== 1) overlaps += 1;
      try {
        if (key === 'poison') throw new Error('poison');
        await door.wait();
      } finally {
        busy.set(key, (busy.get(key) ?? 0) - 1);
      }
      return {};
    });
    let faults = 2;
    const wrap = (platform: Platform): Platform => ({
      ...platform,
      table: (name) => {
        const table = platform.table(name);
        const updateMany: typeof table.updateMany = async (actions) => {
          stored.note(name);
          faults -= 1;
          if (faults >= 0) throw new Error('the store is full');
          return table.updateMany(actions);
        };
        return { ...table, updateMany };
      },
    });
    const rig = createRig(test, { workers: { worker }, wrap });
    const keys = ['poison', ...Array.from({ length: 20 }, (_, index) => `slow ${index}`)];
    const slow = partitionByGroup(keys, 2, (key) => key).find((list) => !list.includes('poison')) ?? [];
    assert.ok(slow.length > 0, 'it is in another list than the poison');
    const data = ['poison', ...slow.slice(0, 1)].map((key) => ({ key, n: 0 }));
    await put(rig, 'stream', data, keyOf);
    await rig.engine.start();
    await stored.first(1);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    assert.equal(rig.failures.length, 1, 'the invocation has failed, its batch has not yet');
    assert.equal(rig.clock.sleeping(), 0, 'and nobody waits to repeat it');
    door.open();
    await rig.settle();
    assert.equal(overlaps, 0);
    assert.equal((await rig.letters()).length, 1);
  });
});

describe('back-pressure of a stream', () => {
  it('reads no further while a slow worker has its batches, so that no more of them is in memory', async (test) => {
    const begun = createProbe<number>();
    const door = createGate();
    const worker = aWorker(kinesis('stream', { batchSize: 5, parallelization: 2 }), async (records) => {
      begun.note(records.length);
      await door.wait();
      return {};
    });
    const read = { looked: 0, most: 0 };
    const wrap = (platform: Platform): Platform => ({
      ...platform,
      stream: (name) => {
        const stream = platform.stream(name);
        return {
          ...stream,
          async read(options) {
            const answer = await stream.read(options);
            read.looked += answer.records.length;
            read.most = Math.max(read.most, answer.records.length);
            return answer;
          },
        };
      },
    });
    const rig = createRig(test, { workers: { worker }, wrap });
    await put(rig, 'stream', rowsOf(20, 20), keyOf);
    await rig.engine.start();
    await begun.first(2);
    await rig.clock.advance(60_000);
    assert.deepEqual(read, { looked: 10, most: 10 });
    door.open();
    await rig.settle();
    assert.equal(read.most, 10);
    assert.equal(
      begun.values.reduce((sum, count) => sum + count, 0),
      400,
    );
    assert.ok(begun.values.every((count) => count <= 5));
  });
});
