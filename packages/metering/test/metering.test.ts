import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  openFolderBucket,
  openLevelStream,
  openLevelTable,
  openQueueStore,
  systemClock,
  systemRandom,
} from '@verifiedfan/embedded';
import { createBill, createMeter, type UseLine, usedBetween } from '@verifiedfan/metering';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { meteredBucket } from '../src/metered-bucket.ts';
import { meteredQueue } from '../src/metered-queue.ts';
import { meteredStream } from '../src/metered-stream.ts';
import { meteredTable } from '../src/metered-table.ts';

const clock = systemClock;
const random = systemRandom;
const row = (SK: string, bytes = 0) => ({ PK: 'p', SK, ...(bytes === 0 ? {} : { text: 'x'.repeat(bytes) }) });
const find = (lines: readonly UseLine[], operation: string) => lines.find((line) => line.operation === operation);

const openTable = (test: TestContext) => {
  const table = openLevelTable({ name: 'demandTable', memory: true, clock });
  test.after(() => table.close());
  const meter = createMeter();
  return { meter, table: meteredTable(table, meter) };
};

describe('what a table would use on DynamoDB', () => {
  it('counts a write unit for each KB of the larger of the row before and after', async (test) => {
    const { table, meter } = openTable(test);
    await table.updateMany([{ put: row('a') }, { put: row('b', 2_500) }]);
    assert.deepEqual(find(meter.lines(), 'updateMany'), {
      ...{ service: 'DynamoDB', resource: 'demandTable', operation: 'updateMany', calls: 1 },
      ...{ requests: 2, entries: 2, bytes: 6 + 6 + 4 + 2_500, unit: 'DynamoDB write unit', units: 1 + 3 },
    });
    await table.updateMany([{ update: { PK: 'p', SK: 'b' }, remove: ['text'] }, { delete: { PK: 'p', SK: 'none' } }]);
    assert.equal(find(meter.lines(), 'updateMany')?.units, 4 + 3 + 1);
  });

  it('counts what a refused write looked at, and nothing for one that failed', async (test) => {
    const { table, meter } = openTable(test);
    await table.updateMany([{ put: row('a', 3_000) }]);
    const before = find(meter.lines(), 'updateMany')?.units ?? 0;
    await table.updateMany([{ put: row('a'), condition: { absent: 'PK' } }]);
    assert.equal(find(meter.lines(), 'updateMany')?.units, before + 3);
  });

  it('counts reads by 4 KB: each row of a batch for itself, a page as a whole', async (test) => {
    const { table, meter } = openTable(test);
    await table.updateMany([{ put: row('a', 100) }, { put: row('b', 5_000) }]);
    await table.getMany([row('a'), row('b'), row('none')]);
    await table.query({ PK: 'p' });
    await table.get(row('none'));
    assert.equal(find(meter.lines(), 'getMany')?.units, 1 + 2 + 1);
    assert.equal(find(meter.lines(), 'query')?.units, 2);
    assert.equal(find(meter.lines(), 'get')?.units, 1);
    await table.getMany(Array.from({ length: 101 }, (_, at) => row(`k${at}`)));
    assert.equal(find(meter.lines(), 'getMany')?.requests, 1 + 2);
  });

  it('counts a transaction twice', async (test) => {
    const { table, meter } = openTable(test);
    await table.transact([{ put: row('a') }, { put: row('b', 1_500) }], { token: 't' });
    assert.deepEqual([find(meter.lines(), 'transact')?.units, find(meter.lines(), 'transact')?.requests], [6, 1]);
  });

  it('charges nothing for the changes that Lambda polls', async (test) => {
    const { table, meter } = openTable(test);
    await table.updateMany([{ put: row('a') }]);
    const [shard] = await table.changes.shards();
    await table.changes.read({ shard: shard?.id ?? '', limit: 10 });
    assert.partialDeepStrictEqual(find(meter.lines(), 'read'), { entries: 1, unit: 'free', units: 0 });
  });
});

describe('what streams, queues and buckets would use', () => {
  it('counts records by 25 KB and requests by 500', async (test) => {
    const stream = openLevelStream({ name: 'scoresStream', memory: true, clock });
    test.after(() => stream.close());
    const meter = createMeter();
    const entries = Array.from({ length: 501 }, (_, at) => ({
      partitionKey: 'k',
      data: at === 0 ? 'x'.repeat(30_000) : 'x',
    }));
    await meteredStream(stream, meter).putMany(entries);
    assert.partialDeepStrictEqual(find(meter.lines(), 'putMany'), { requests: 2, entries: 501, units: 502 });
  });

  it('counts messages by ten a request, and a request by 64 KB', async (test) => {
    const store = openQueueStore({ location: ':memory:', clock, random });
    test.after(() => store.close());
    const meter = createMeter();
    const queue = meteredQueue(store.queue('q', {}), meter);
    await queue.sendMany(Array.from({ length: 11 }, () => ({ body: 'x' })));
    await queue.sendMany([{ body: 'x'.repeat(100_000) }]);
    assert.partialDeepStrictEqual(find(meter.lines(), 'sendMany'), { requests: 3, entries: 12, units: 4 });
    const messages = await queue.receive({ max: 100 });
    await queue.deleteMany(messages.map(({ receiptHandle }) => receiptHandle));
    await queue.receive({ max: 10 });
    assert.partialDeepStrictEqual(find(meter.lines(), 'receive'), { calls: 1, entries: 12, units: 2 });
    assert.equal(find(meter.lines(), 'deleteMany')?.units, 2);
  });

  it('counts the attributes of messages, each with its name and type', async (test) => {
    const store = openQueueStore({ location: ':memory:', clock, random });
    test.after(() => store.close());
    const meter = createMeter();
    const queue = meteredQueue(store.queue('q', {}), meter);
    await queue.sendMany([{ body: 'x'.repeat(65_526), attributes: { kind: 'a' } }]);
    assert.partialDeepStrictEqual(find(meter.lines(), 'sendMany'), { bytes: 65_526 + 4 + 1 + 6, units: 2 });
    await queue.receive({ max: 1 });
    assert.partialDeepStrictEqual(find(meter.lines(), 'receive'), { bytes: 65_537, units: 2 });
  });

  it('counts the list that the driver reads what it says of an object from', async (test) => {
    const directory = temporaryDirectory();
    test.after(() => directory.remove());
    const bucket = openFolderBucket({ name: 'b', location: directory.path, clock, random });
    test.after(() => bucket.close());
    const meter = createMeter();
    const counted = meteredBucket(bucket, meter);
    await counted.put({ key: 'a', body: 'x' });
    await counted.put({ key: 'a', body: 'y', ifAbsent: true });
    (await counted.get({ key: 'a' }))?.body.destroy();
    await counted.get({ key: 'none' });
    await counted.head({ key: 'a' });
    assert.deepEqual(
      meter.lines().map(({ operation, unit, units }) => `${operation} ${units} ${unit}`),
      ['get 1 S3 read', 'get 2 S3 write', 'head 1 S3 write', 'put 3 S3 write'],
    );
  });

  it('counts a large object by its parts', async (test) => {
    const directory = temporaryDirectory();
    test.after(() => directory.remove());
    const bucket = openFolderBucket({ name: 'b', location: directory.path, clock, random });
    test.after(() => bucket.close());
    const meter = createMeter();
    const counted = meteredBucket(bucket, meter);
    await counted.put({ key: 'small', body: 'x' });
    await counted.put({ key: 'large', body: Buffer.alloc(17 * 1_048_576) });
    assert.partialDeepStrictEqual(find(meter.lines(), 'put'), { entries: 2, units: 2 + 6, bytes: 1 + 17 * 1_048_576 });
  });
});

describe('a bill', () => {
  it('adds up units at the prices of its date, and nothing for what is free', async () => {
    const meter = createMeter();
    const use = { service: 'DynamoDB', resource: 't', requests: 1, entries: 1, bytes: 1 } as const;
    meter.add({ ...use, operation: 'updateMany', unit: 'DynamoDB write unit', units: 1_000_000 });
    meter.add({ ...use, operation: 'read', unit: 'free', units: 0 });
    const { dollars, lines, date } = createBill(meter.lines());
    assert.equal(dollars, 0.625);
    assert.deepEqual(
      lines.map((line) => [line.operation, line.dollars]),
      [
        ['read', 0],
        ['updateMany', 0.625],
      ],
    );
    assert.match(date, /^\d{4}-\d\d-\d\d$/);
  });

  it('can be made of what was used between two readings', () => {
    const meter = createMeter();
    const use = {
      service: 'SQS',
      resource: 'q',
      requests: 1,
      entries: 2,
      bytes: 3,
      unit: 'SQS request',
      units: 4,
    } as const;
    meter.add({ ...use, operation: 'sendMany' });
    meter.add({ ...use, operation: 'receive' });
    const before = meter.lines();
    meter.add({ ...use, operation: 'sendMany' });
    meter.add({ ...use, operation: 'deleteMany' });
    const used = usedBetween(before, meter.lines());
    assert.deepEqual(
      used.map(({ operation, calls, entries, units }) => [operation, calls, entries, units]),
      [
        ['deleteMany', 1, 2, 4],
        ['sendMany', 1, 2, 4],
      ],
    );
  });
});
