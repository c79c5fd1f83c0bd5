import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { SqsQueueOptions } from '@verifiedfan/aws';
import { closeQueue, openQueue } from '../sqs/open-queue.ts';
import { assertStruck, HOUR_MS, isPortError, startProxy } from './set-up.ts';

const open = async (test: TestContext, options: Partial<SqsQueueOptions> & { maxAttempts?: number } = {}) => {
  const { maxAttempts, ...more } = options;
  const { proxy, connection } = await startProxy(test, 'ministack');
  const subject = await openQueue({ ...connection, maxAttempts }, more);
  test.after(() => closeQueue(subject));
  return { proxy, ...subject };
};

const bodies = Array.from({ length: 40 }, (_, index) => `message-${index}`);

describe('a queue behind the fault proxy', () => {
  it('delivers each message of a FIFO queue once, whatever happens to its batches', async (test) => {
    const { proxy, queue } = await open(test, { fifo: true });
    // No more than the driver's attempts can bear, should all of them strike one entry.
    proxy.add({ kind: 'partial', operations: ['sqs.SendMessageBatch'], chance: 0.5, times: 3 });
    proxy.add({ kind: 'throttle', operations: ['sqs.SendMessageBatch'], chance: 0.2, times: 2 });
    proxy.add({ kind: 'lose-answer', operations: ['sqs.SendMessageBatch'], times: 1 });
    const results = await queue.sendMany(bodies.map((body) => ({ body, group: body, deduplicationId: body })));
    assert.ok(results.every((result) => !('error' in result)));
    assertStruck(proxy, 'partial', 'lose-answer');
    proxy.clear();
    const received = await queue.receive({ max: 100, waitMs: 1_000 });
    assert.deepEqual(received.map(({ body }) => body).sort(), bodies.toSorted());
  });

  it('deletes and shows again every message of batches that SQS does in part, throttles and loses', async (test) => {
    const { proxy, queue } = await open(test);
    await queue.sendMany(bodies.map((body) => ({ body })));
    const handlesOf = async (visibilitySeconds: number): Promise<string[]> => {
      const received = await queue.receive({ max: 100, waitMs: 2_000, visibilitySeconds });
      assert.equal(received.length, bodies.length);
      return received.map(({ receiptHandle }) => receiptHandle);
    };
    const hidden = await handlesOf(600);
    const operations = ['sqs.ChangeMessageVisibilityBatch', 'sqs.DeleteMessageBatch'];
    proxy.add({ kind: 'partial', operations, chance: 0.4 });
    proxy.add({ kind: 'throttle', operations, chance: 0.2 });
    proxy.add({ kind: 'cut-request', operations, chance: 0.2 });
    // A second deletion, which SQS takes, is refused by the server.
    proxy.add({ kind: 'lose-answer', operations: ['sqs.ChangeMessageVisibilityBatch'], chance: 0.2 });
    const shown = await queue.changeVisibility(hidden, 0);
    assert.ok(shown.every((result) => 'changed' in result));
    assertStruck(proxy, 'partial');
    proxy.forgetCounts();
    const deleted = await queue.deleteMany(await handlesOf(600));
    assert.ok(deleted.every((result) => 'deleted' in result));
    assertStruck(proxy, 'partial');
    proxy.clear();
    assert.deepEqual(await queue.depth(), { visible: 0, inFlight: 0, delayed: 0 });
  });

  it('has messages again whose receive was lost, when their visibility ends', async (test) => {
    const { proxy, queue } = await open(test);
    await queue.sendMany(bodies.slice(0, 5).map((body) => ({ body })));
    proxy.add({ kind: 'lose-answer', operations: ['sqs.ReceiveMessage'], times: 1 });
    proxy.add({ kind: 'throttle', operations: ['sqs.ReceiveMessage'], times: 1 });
    const seen = new Set<string>();
    for (let looks = 0; seen.size < 5 && looks < 10; looks += 1) {
      for (const { body } of await queue.receive({ max: 5, waitMs: 2_000, visibilitySeconds: 1 })) seen.add(body);
    }
    assertStruck(proxy, 'lose-answer', 'throttle');
    assert.deepEqual([...seen].sort(), bodies.slice(0, 5));
  });

  it('tells who gave messages up that they were throttled', async (test) => {
    const { proxy, queue } = await open(test, { attempts: 2, maxAttempts: 1 });
    proxy.add({ kind: 'throttle', operations: ['sqs.SendMessageBatch'] });
    const [result] = await queue.sendMany([{ body: 'a' }]);
    assert.ok(result && 'error' in result && isPortError('throttled', 'shortUrlQueue')(result.error));
  });

  it('sets its clock right, and says at the start that its credentials are wrong', async (test) => {
    const { proxy, queue } = await open(test);
    const off = proxy.add({ kind: 'wrong-clock', skewMs: -HOUR_MS });
    const [result] = await queue.sendMany([{ body: 'a' }]);
    assert.ok(result && 'messageId' in result);
    assertStruck(proxy, 'wrong-clock');
    off();
    proxy.forgetCounts();
    proxy.add({ kind: 'wrong-credentials' });
    await assert.rejects(queue.verify(), isPortError('validation', 'shortUrlQueue'));
    assert.equal(proxy.counts().requests, 1);
  });

  it('is unavailable while SQS is away, and has what was acknowledged when it is back', async (test) => {
    const { proxy, queue } = await open(test, { maxAttempts: 1, attempts: 1 });
    await queue.sendMany([{ body: 'kept' }]);
    await proxy.down();
    await assert.rejects(queue.receive({ max: 1 }), isPortError('unavailable', 'shortUrlQueue'));
    const [lost] = await queue.sendMany([{ body: 'lost' }]);
    assert.ok(lost && 'error' in lost && isPortError('unavailable')(lost.error));
    await proxy.up();
    const received = await queue.receive({ max: 10, waitMs: 2_000 });
    assert.deepEqual(
      received.map(({ body }) => body),
      ['kept'],
    );
  });
});
