import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate } from '@verifiedfan/test-utils';
import { assertBalanced, makeSpans, openTracing } from './delivery.ts';
import { startReceiver } from './receiver.ts';

describe('delivery', () => {
  it('sends in batches, by itself, without a flush', async () => {
    const full = createGate();
    await using receiver = await startReceiver({
      answer: (response, count) => {
        response.writeHead(200).end('{}');
        if (count === 2) full.open();
      },
    });
    const tracing = await openTracing({ ...receiver.collector, maxBatch: 3 });
    makeSpans(tracing, 6);
    await full.wait();
    assert.deepEqual(
      receiver.requests.map(({ body }) => body.resourceSpans[0]?.scopeSpans[0]?.spans.length),
      [3, 3],
    );
    await tracing.shutdown();
  });

  for (const status of [429, 502, 503, 504]) {
    it(`repeats the same spans after ${status}, as soon as Retry-After says`, async () => {
      await using receiver = await startReceiver({
        answer: (response, count) => response.writeHead(count === 1 ? status : 200, { 'retry-after': '0' }).end('{}'),
      });
      const tracing = await openTracing(receiver.collector);
      makeSpans(tracing, 2);
      assert.equal(await tracing.flush({ timeoutMs: 10_000 }), true);
      assert.equal(receiver.requests.length, 2);
      assert.equal(receiver.requests[0]?.text, receiver.requests[1]?.text);
      assert.deepEqual(tracing.stats(), { ended: 2, exported: 2, rejected: 0, failed: 0, dropped: 0, queued: 0 });
      await tracing.shutdown();
    });
  }

  it('prefers the Retry-After of the collector to its own, longer back-off', async () => {
    await using receiver = await startReceiver({
      answer: (response, count) => response.writeHead(count < 5 ? 503 : 200, { 'retry-after': '0' }).end('{}'),
    });
    // Four waits of its own would take longer than the limit.
    const tracing = await openTracing({ ...receiver.collector, exportTimeoutMs: 2_000 });
    makeSpans(tracing, 1);
    assert.equal(await tracing.flush({ timeoutMs: 10_000 }), true);
    assert.equal(receiver.requests.length, 5);
    await tracing.shutdown();
  });

  for (const status of [400, 401, 404, 413, 500]) {
    it(`does not repeat after ${status}, and leaves the collector alone for a while`, async () => {
      await using receiver = await startReceiver({ answer: (response) => response.writeHead(status).end('<html>') });
      const tracing = await openTracing(receiver.collector);
      makeSpans(tracing, 2);
      assert.equal(await tracing.flush({ timeoutMs: 10_000 }), false);
      makeSpans(tracing, 3);
      assert.equal(await tracing.flush({ timeoutMs: 10_000 }), false);
      assert.equal(receiver.requests.length, 1);
      assert.deepEqual(tracing.stats(), { ended: 5, exported: 0, rejected: 0, failed: 2, dropped: 0, queued: 3 });
      await tracing.shutdown();
      assertBalanced(tracing);
    });
  }

  it('counts what the collector refused one by one, and does not send it again', async () => {
    await using receiver = await startReceiver({
      answer: (response) => response.end('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too long"}}'),
    });
    const tracing = await openTracing(receiver.collector);
    makeSpans(tracing, 5);
    assert.equal(await tracing.flush(), false);
    await tracing.flush();
    assert.equal(receiver.requests.length, 1);
    assert.deepEqual(tracing.stats(), { ended: 5, exported: 3, rejected: 2, failed: 0, dropped: 0, queued: 0 });
    await tracing.shutdown();
  });

  it('gives up a wait that Retry-After makes longer than the time limit', async () => {
    await using receiver = await startReceiver({
      answer: (response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
    });
    const tracing = await openTracing({ ...receiver.collector, exportTimeoutMs: 50 });
    makeSpans(tracing, 1);
    assert.equal(await tracing.flush({ timeoutMs: 10_000 }), false);
    assert.equal(tracing.stats().failed, 1);
    await tracing.shutdown();
  });

  it('keeps the newest spans when nobody takes them, and counts the others', async () => {
    const release = createGate();
    await using receiver = await startReceiver({
      answer: (response, count) => {
        if (count > 1) response.end('{}');
        else void release.wait().then(() => response.end('{}'));
      },
    });
    const tracing = await openTracing({ ...receiver.collector, maxQueue: 10, maxBatch: 5 });
    makeSpans(tracing, 5);
    makeSpans(tracing, 100, 5);
    assertBalanced(tracing);
    assert.equal(tracing.stats().dropped, 90);
    release.open();
    assert.equal(await tracing.flush(), true);
    assert.deepEqual(
      receiver.spans().map(({ name }) => name),
      [0, 1, 2, 3, 4, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104].map((n) => `span ${n}`),
    );
    assertBalanced(tracing);
    await tracing.shutdown();
  });
});

describe('an exporter in place of the collector', () => {
  it('may throw, hang or fail without anybody noticing but the counters', async () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const exports = [
      fail,
      () => undefined,
      (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 1 }),
    ];
    for (const exporting of exports) {
      const exporter = { export: exporting, shutdown: async () => fail() };
      const tracing = await openTracing({ exporter, exportTimeoutMs: 20 });
      makeSpans(tracing, 2);
      assert.equal(await tracing.flush({ timeoutMs: 10_000 }), false);
      assert.equal(tracing.stats().failed, 2);
      await tracing.shutdown();
    }
  });
});
