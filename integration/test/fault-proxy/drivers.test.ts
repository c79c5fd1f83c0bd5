import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { PortError } from '@verifiedfan/ports';
import { createFaultProxy, createTcpFaultProxy } from '@verifiedfan/sandbox';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { awsConnection, serverAddress } from '../../src/index.ts';
import { answersBytes } from '../../src/servers/probes.ts';
import { openStream } from '../kinesis/open-stream.ts';
import { makeBucket } from '../s3/make-bucket.ts';
import { closeQueue, openQueue } from '../sqs/open-queue.ts';

const HOUR_MS = 3_600_000;

const startProxy = async (test: TestContext) => {
  const target = serverAddress('ministack');
  const proxy = createFaultProxy({ target, clock: systemClock, random: createSeededRandom({ seed: 4 }) });
  test.after(() => proxy.close());
  return { proxy, connection: awsConnection('ministack', { endpoint: await proxy.listen() }) };
};

describe('drivers behind the fault proxy', () => {
  it('deliver each message of a FIFO queue once, whatever happens to its batches', async (test) => {
    const { proxy, connection } = await startProxy(test);
    const subject = await openQueue(connection, { fifo: true });
    test.after(() => closeQueue(subject));
    const bodies = Array.from({ length: 40 }, (_, index) => `message-${index}`);
    // No more than the driver's attempts can bear, should all of them strike one entry.
    proxy.add({ kind: 'partial', operations: ['sqs.SendMessageBatch'], chance: 0.5, times: 3 });
    proxy.add({ kind: 'throttle', operations: ['sqs.SendMessageBatch'], chance: 0.2, times: 2 });
    proxy.add({ kind: 'lose-answer', operations: ['sqs.SendMessageBatch'], times: 1 });
    const messages = bodies.map((body) => ({ body, group: body, deduplicationId: body }));
    const results = await subject.queue.sendMany(messages);
    assert.deepEqual(
      results.filter((result) => 'error' in result),
      [],
    );
    const { injected } = proxy.counts();
    assert.ok((injected.partial ?? 0) > 0 && injected['lose-answer'] === 1, JSON.stringify(injected));
    proxy.clear();
    const received = await subject.queue.receive({ max: 100, waitMs: 1_000 });
    assert.deepEqual(received.map(({ body }) => body).sort(), bodies.toSorted());
  });

  it('put every record of a batch that Kinesis takes in parts', async (test) => {
    const { proxy, connection } = await startProxy(test);
    const { stream } = await openStream(connection);
    proxy.add({ kind: 'partial', times: 3 });
    const entries = Array.from({ length: 100 }, (_, index) => ({ partitionKey: `key ${index}`, data: String(index) }));
    const results = await stream.putMany(entries);
    assert.deepEqual(
      results.filter((result) => 'error' in result),
      [],
    );
    assert.equal(proxy.counts().injected.partial, 3);
  });

  it('set their clock by the service when theirs is wrong', async (test) => {
    const { proxy, connection } = await startProxy(test);
    const bucket = await makeBucket(connection);
    proxy.add({ kind: 'wrong-clock', skewMs: HOUR_MS });
    const { outcome } = await bucket.put({ key: 'a', body: 'content' });
    assert.equal(outcome, 'stored');
    assert.equal(proxy.counts().injected['wrong-clock'], 1);
    assert.equal((await bucket.head({ key: 'a' }))?.size, 7);
  });

  it('repeat what S3 was too busy for, and what was cut off', async (test) => {
    const { proxy, connection } = await startProxy(test);
    const bucket = await makeBucket(connection);
    proxy.add({ kind: 'throttle', operations: ['s3.*'], times: 1 });
    assert.equal((await bucket.put({ key: 'a', body: 'content' })).outcome, 'stored');
    proxy.add({ kind: 'lose-answer', operations: ['s3.*'], times: 1 });
    assert.equal((await bucket.head({ key: 'a' }))?.size, 7);
    assert.deepEqual(proxy.counts().injected, { throttle: 1, 'lose-answer': 1 });
  });

  it('say that a server which is away may be asked again, and go on when it is back', async (test) => {
    const { proxy, connection } = await startProxy(test);
    const bucket = await makeBucket({ ...connection, maxAttempts: 2 });
    await proxy.down();
    const away = (error: unknown): boolean =>
      error instanceof PortError && error.code === 'unavailable' && error.retryable;
    await assert.rejects(bucket.head({ key: 'a' }), away);
    await proxy.up();
    assert.equal(await bucket.head({ key: 'a' }), undefined);
  });
});

describe('the TCP fault proxy before a real server', () => {
  it('passes its protocol, and loses an answer on demand', async (test) => {
    const { port } = new URL(serverAddress('redis'));
    const proxy = createTcpFaultProxy({ target: { port: Number(port) }, clock: systemClock, random: systemRandom });
    test.after(() => proxy.close());
    const own = await proxy.listen();
    const ping = (): Promise<boolean> =>
      answersBytes(own, { send: Buffer.from('PING\r\n'), enough: (answer) => answer.toString() === '+PONG\r\n' });
    assert.equal(await ping(), true);
    proxy.add({ kind: 'lose-answer', contains: 'PING', times: 1 });
    assert.equal(await ping(), false);
    assert.equal(await ping(), true);
  });
});
