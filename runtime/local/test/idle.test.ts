import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Platform } from '@verifiedfan/ports';
import { nextTurn } from '@verifiedfan/test-utils';
import { dynamodbStream, kinesis, s3, sqs } from '@verifiedfan/worker';
import { createRig, put } from './support/rig.ts';
import { aWorker } from './support/workers.ts';

/** Counts every call of a driver. */
const counted = <Driver extends object>(driver: Driver, count: (call: string) => void): Driver =>
  new Proxy(driver, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member === 'object' && member !== null) return counted(member, count);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        count(String(name));
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });

describe('an idle estate', () => {
  it('asks no driver for anything and keeps no timer, however long it idles', async (test) => {
    const calls: string[] = [];
    const count = (call: string): void => void calls.push(call);
    const wrap = (platform: Platform): Platform => ({
      ...platform,
      checkpoints: counted(platform.checkpoints, count),
      table: (name) => counted(platform.table(name), count),
      stream: (name) => counted(platform.stream(name), count),
      queue: (name) => counted(platform.queue(name), count),
      notifications: (name) => counted(platform.notifications(name), count),
    });
    const nothing = async () => ({});
    const workers = {
      stream: aWorker(kinesis('twoShards', { batchWindowSeconds: 5 }), nothing),
      changes: aWorker(dynamodbStream('rows'), nothing),
      queue: aWorker(sqs('queue', { batchWindowSeconds: 5 }), nothing),
      bucket: aWorker(s3('bucket'), nothing),
    };
    const rig = createRig(test, { workers, wrap });
    await put(rig, 'twoShards', ['a', 'b', 'c', 'd'], String);
    await rig.platform.queue('queue').sendMany([{ body: '1' }]);
    await rig.platform.bucket('bucket').put({ key: 'a', body: '1' });
    await rig.engine.start();
    await rig.settle();
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    assert.ok(calls.includes('receive') && calls.includes('read') && calls.includes('acknowledge'));
    calls.length = 0;
    for (let hour = 0; hour < 24; hour += 1) await rig.clock.advance(3_600_000);
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    assert.deepEqual(calls, []);
    assert.equal(rig.clock.sleeping(), 0);
  });
});
