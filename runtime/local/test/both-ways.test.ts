import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { JsonObject } from '@verifiedfan/ports';
import { dynamodbStream, kinesis, type Source, type WorkerRecord } from '@verifiedfan/worker';
import { createRig, type Rig } from './support/rig.ts';
import { aWorker, JSON_WAY, type More } from './support/workers.ts';

// The worker kit proves that single records are decoded alike. This proves it of everything around: batches, failures, what is repeated,
// dead letters, counters, and what an observer is told.

type Seen = { calls: unknown[][]; shards: (string | undefined)[] };

/** Wishes come with the data: `retry` fails the first time, `reject` always, `throw` makes the whole batch fail twice. */
const wishOf = ({ data }: WorkerRecord<unknown>): unknown => {
  const body = data as { wish?: unknown; newItem?: { wish?: unknown } };
  return body.wish ?? body.newItem?.wish;
};

const granting = (source: Source<unknown>, more: More, seen: Seen) => {
  const granted = new Map<string, number>();
  const first = (id: string, times: number): boolean => {
    const count = (granted.get(id) ?? 0) + 1;
    granted.set(id, count);
    return count <= times;
  };
  return aWorker(
    source,
    async (records, { retry, reject, shard }) => {
      seen.calls.push(records.map(({ data, meta }) => ({ data, meta })));
      seen.shards.push(shard);
      for (const record of records) {
        const wish = wishOf(record);
        if (wish === 'throw' && first(record.meta.id, 2)) throw new RangeError('as it wished');
        if (wish === 'retry' && first(record.meta.id, 1)) retry(record, new Error('as it wished'));
        if (wish === 'reject') reject(record, 'as it wished');
      }
      return { count: { in: records.length } };
    },
    more,
  );
};

const WISHES = ['none', 'retry', 'reject', 'none', 'throw', 'retry', 'reject', 'never', 'none'];

const run = async (test: TestContext, source: Source<unknown>, more: More, fill: (rig: Rig) => Promise<unknown>) => {
  const seen: Seen = { calls: [], shards: [] };
  const rig = createRig(test, { workers: { worker: granting(source, more, seen) } });
  await fill(rig);
  await rig.engine.start();
  await rig.settle();
  const letters = (await rig.letters()).map(({ at: _at, ...letter }) => letter);
  const counters = rig.answers.map(({ answer }) => (answer as JsonObject).count);
  const { failures } = rig;
  await rig.close();
  return { seen, letters, counters, failed: failures.length };
};

const streamOf = async ({ platform }: Rig): Promise<void> => {
  const entries = WISHES.map((wish, n) => ({ partitionKey: `key ${n % 3}`, data: JSON.stringify({ wish, n }) }));
  const undecodable = { partitionKey: 'key 1', data: '{' };
  await platform.stream('stream').putMany([undecodable, ...entries, undecodable]);
};
const changesOf = async ({ platform }: Rig): Promise<void> => {
  const rows = platform.table('rows');
  for (const [n, wish] of WISHES.entries()) await rows.updateMany([{ put: { PK: 'a', SK: `row ${n % 4}`, wish, n } }]);
  await rows.updateMany([{ delete: { PK: 'a', SK: 'row 1' } }]);
};

const SOURCES: Record<string, [source: Source<unknown>, fill: (rig: Rig) => Promise<unknown>]> = {
  'a stream': [kinesis<unknown>('stream', { batchSize: 4, maxRetries: 5 }), streamOf],
  'a stream in parallel': [kinesis<unknown>('stream', { batchSize: 2, parallelization: 3 }), streamOf],
  'a stream with a filter': [
    kinesis<unknown>('stream', { filters: [{ data: { wish: ['retry', 'none'] } }] }),
    streamOf,
  ],
  'a stream with a window': [kinesis<unknown>('stream', { windowSeconds: 1 }), streamOf],
  'table changes': [dynamodbStream('rows', { batchSize: 4 }) as Source<unknown>, changesOf],
  'table changes with a window': [dynamodbStream('rows', { windowSeconds: 1 }) as Source<unknown>, changesOf],
  'table changes with a filter': [
    dynamodbStream('rows', { filters: [{ eventName: ['MODIFY'] }] }) as Source<unknown>,
    changesOf,
  ],
};

describe('handing over decoded records, and handing over the event', () => {
  for (const [name, [source, fill]] of Object.entries(SOURCES)) {
    it(`give the same results for ${name}`, async (test) => {
      const decoded = await run(test, source, {}, fill);
      const asEvent = await run(test, source, JSON_WAY, fill);
      assert.ok(decoded.seen.calls.length > 1);
      assert.deepEqual(asEvent, decoded);
    });
  }
});
