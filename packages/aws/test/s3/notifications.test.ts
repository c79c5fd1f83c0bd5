import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError, type Queue, type ReceivedMessage } from '@verifiedfan/ports';
import { createManualClock } from '@verifiedfan/test-utils';
import { createS3Notifications } from '../../src/index.ts';
import { BUCKET } from './fake-s3.ts';

type Change = { receipts: readonly string[]; seconds: number };

/** A queue that gives what the test puts in, and shows what becomes of it. */
const openQueue = (bodies: readonly unknown[]) => {
  let waiting: ReceivedMessage[] = [];
  const hidden: string[] = [];
  let come = Promise.withResolvers<void>();
  const untilCome = async (signal: AbortSignal | undefined): Promise<void> => {
    const aborted = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => aborted.resolve());
    if (signal?.aborted !== true) await Promise.race([come.promise, aborted.promise]);
  };
  const deleted: string[] = [];
  const changes: Change[] = [];
  const refusals: Error[] = [];
  const deliver = (body: unknown, messageId: string, receiveCount = 1): void => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const receiptHandle = `${messageId}/${receiveCount}`;
    waiting.push({
      messageId,
      receiptHandle,
      body: text,
      attributes: {},
      receiveCount,
      sentAtMs: 0,
      firstReceivedAtMs: 0,
    });
    come.resolve();
    come = Promise.withResolvers();
  };
  for (const [index, body] of bodies.entries()) deliver(body, `m${index}`);
  const queue: Queue = {
    name: 'uploads',
    fifo: false,
    sendMany: async () => [],
    async receive({ max, waitMs = 0, signal }) {
      if (waiting.length === 0 && waitMs > 0) await untilCome(signal);
      if (signal?.aborted) return [];
      const received = waiting.slice(0, max);
      waiting = waiting.slice(max);
      hidden.push(...received.map(({ receiptHandle }) => receiptHandle));
      return received;
    },
    async deleteMany(receipts) {
      const error = refusals.shift();
      if (error !== undefined) return receipts.map(() => ({ error }));
      deleted.push(...receipts);
      return receipts.map(() => ({ deleted: true }));
    },
    async changeVisibility(receipts, seconds) {
      changes.push({ receipts, seconds });
      return receipts.map(() => ({ changed: true }));
    },
    depth: async () => ({ visible: waiting.length, inFlight: hidden.length, delayed: 0 }),
    peek: async () => ({ messages: [], last: undefined }),
    waitForMessages: (signal) => untilCome(signal),
  };
  const clock = createManualClock();
  const notifications = createS3Notifications({ bucket: { name: 'scoringBucket', bucketName: BUCKET }, queue, clock });
  return { notifications, clock, deliver, deleted, changes, refusals, hidden };
};

const record = (
  key: string,
  { eventName = 'ObjectCreated:Put', bucket = BUCKET, sequencer = '0065A1B2C3D4E5F601' } = {},
) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventTime: '2026-01-05T10:00:00.123Z',
  eventName,
  s3: { bucket: { name: bucket }, object: { key, size: 7, eTag: 'e'.repeat(32), versionId: 'v1', sequencer } },
});
const told = (...keys: string[]) => ({ Records: keys.map((key) => record(key)) });
const keysOf = (uploads: readonly { info: { key: string } }[]) => uploads.map(({ info }) => info.key);

describe('notifications of S3 through a queue', () => {
  it('tells an upload with its key decoded and with the sequencer of S3', async () => {
    const { notifications } = openQueue([told('new+folder/caf%C3%A9%2B1%25.csv')]);
    const info = {
      key: 'new folder/café+1%.csv',
      size: 7,
      etag: 'e'.repeat(32),
      version: 'v1',
      sequencer: '0065A1B2C3D4E5F601',
      modifiedAtMs: Date.UTC(2026, 0, 5, 10, 0, 0, 123),
    };
    const createdAtMs = info.modifiedAtMs;
    const upload = { id: '1', bucket: 'scoringBucket', info, createdAtMs, attempts: 0 };
    assert.deepEqual(await notifications.pending({ limit: 10 }), [upload]);
    await notifications.close();
  });

  it('deletes test events and messages of deletions alone, and tells nothing of them', async () => {
    const test = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: BUCKET };
    const { notifications, deleted } = openQueue([
      test,
      { Records: [record('a', { eventName: 'ObjectRemoved:Delete' })] },
    ]);
    assert.deepEqual(await notifications.pending({ limit: 10 }), []);
    assert.deepEqual(deleted, ['m0/1', 'm1/1']);
    await notifications.close();
  });

  it('fills a page though messages that tell nothing stand in front', async () => {
    const test = { Event: 's3:TestEvent' };
    const { notifications } = openQueue([test, test, told('a'), told('b'), told('c')]);
    assert.deepEqual(keysOf(await notifications.pending({ limit: 2 })), ['a', 'b']);
    await notifications.close();
  });

  it('leaves to the dead letters what is no message of its bucket', async () => {
    const foreign = [
      'no JSON {',
      '[]',
      { Records: [record('a', { bucket: 'another' })] },
      { Records: [{ eventSource: 'aws:sqs' }] },
      told('%E9'),
    ];
    const { notifications, deleted, changes } = openQueue(foreign);
    assert.deepEqual(await notifications.pending({ limit: 10 }), []);
    await notifications.close();
    assert.deepEqual([deleted, changes], [[], []]);
  });

  it('deletes a message when the last of its uploads is acknowledged', async () => {
    const { notifications, deleted } = openQueue([told('a', 'b'), told('c')]);
    assert.deepEqual(keysOf(await notifications.pending({ limit: 10 })), ['a', 'b', 'c']);
    await notifications.acknowledge('1');
    await notifications.acknowledge('1');
    assert.deepEqual(deleted, []);
    await notifications.acknowledge('2');
    assert.deepEqual(deleted, ['m0/1']);
    assert.deepEqual(keysOf(await notifications.pending({ limit: 10 })), ['c']);
    await notifications.close();
  });

  it('keeps an upload that could not be deleted, so that acknowledging can be repeated', async () => {
    const { notifications, refusals, deleted } = openQueue([told('a')]);
    await notifications.pending({ limit: 10 });
    refusals.push(new PortError({ code: 'throttled', message: 'slow down' }));
    await assert.rejects(notifications.acknowledge('1'), { code: 'throttled' });
    assert.deepEqual(keysOf(await notifications.pending({ limit: 10 })), ['a']);
    await notifications.acknowledge('1');
    assert.deepEqual(deleted, ['m0/1']);
    await notifications.close();
  });

  it('counts attempts on from what the queue has counted, and takes the newest receipt', async () => {
    const { notifications, deliver, deleted } = openQueue([]);
    deliver(told('a'), 'm0', 3);
    assert.equal((await notifications.pending({ limit: 10 }))[0]?.attempts, 2);
    await notifications.attempted('1');
    deliver(told('a'), 'm0', 4);
    assert.deepEqual(
      (await notifications.pending({ limit: 10 })).map(({ id, attempts }) => [id, attempts]),
      [['1', 3]],
    );
    await notifications.acknowledge('1');
    assert.deepEqual(deleted, ['m0/4']);
    await notifications.close();
  });

  it('keeps what it holds hidden for as long as it works on it, and gives the rest back when it is closed', async () => {
    const { notifications, clock, changes } = openQueue([told('a'), told('b')]);
    await notifications.pending({ limit: 10 });
    await clock.advance(40_000);
    await clock.advance(40_000);
    await notifications.acknowledge('1');
    await notifications.close();
    assert.deepEqual(changes, [
      { receipts: ['m0/1', 'm1/1'], seconds: 120 },
      { receipts: ['m0/1', 'm1/1'], seconds: 120 },
      { receipts: ['m1/1'], seconds: 0 },
    ]);
    assert.equal(clock.sleeping(), 0);
  });

  it('waits only for what comes behind an upload', async () => {
    const { notifications } = openQueue([told('a')]);
    await notifications.pending({ limit: 10 });
    await notifications.waitForNotifications(new AbortController().signal);
    const stop = new AbortController();
    let ended = false;
    const waiting = notifications.waitForNotifications(stop.signal, '1').then(() => {
      ended = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(ended, false);
    stop.abort();
    await waiting;
    await notifications.close();
  });

  it('wakes who waits when an upload comes, also when somebody else has received it by looking', async () => {
    const { notifications, deliver } = openQueue([]);
    const { signal } = new AbortController();
    const first = notifications.waitForNotifications(signal);
    deliver(told('a'), 'm0');
    await first;
    const second = notifications.waitForNotifications(signal, '1');
    const looking = notifications.pending({ limit: 10 });
    deliver(told('b'), 'm1');
    await looking;
    assert.deepEqual(keysOf(await notifications.pending({ limit: 10 })), ['a', 'b']);
    await second;
    await notifications.close();
  });

  it('goes on waiting when what comes is a repetition of what it holds', async () => {
    const { notifications, deliver } = openQueue([told('a')]);
    await notifications.pending({ limit: 10 });
    let ended = false;
    const waiting = notifications.waitForNotifications(new AbortController().signal, '1').then(() => {
      ended = true;
    });
    deliver(told('a'), 'm0', 2);
    await notifications.pending({ limit: 10 });
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(ended, false);
    deliver(told('b'), 'm1');
    await waiting;
    await notifications.close();
  });

  it('knows of uploads that the queue hides for a process that died, and not of its own', async () => {
    const { notifications, hidden, clock } = openQueue([told('a', 'b'), 'no upload at all']);
    await notifications.pending({ limit: 10 });
    assert.equal(await notifications.hasHidden(), false);
    hidden.push('of another');
    assert.equal(await notifications.hasHidden(), true);
    hidden.pop();
    // Hidden for so long, and then told by the queue to anybody.
    await clock.advance(121_000);
    assert.equal(await notifications.hasHidden(), true);
    await notifications.close();
  });
});
