import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { createGate } from '@verifiedfan/test-utils';
import { type CreateTracingOptions, createTracing, type Tracing } from '../src/index.ts';
import { startReceiver } from './receiver.ts';

const open = (options: Partial<CreateTracingOptions>): Promise<Tracing> =>
  createTracing({ serviceName: 'x', delayMs: 60_000, ...options });

const spans = (tracing: Tracing, count: number, from = 0): void => {
  for (let n = from; n < from + count; n += 1) tracing.span({ name: `span ${n}` }, () => undefined);
};

const assertBalanced = (tracing: Tracing): void => {
  const { ended, exported, rejected, failed, dropped, queued } = tracing.stats();
  assert.equal(ended, exported + rejected + failed + dropped + queued);
};

/** A port on which nobody listens. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

describe('delivery', () => {
  it('sends in batches, by itself, without a flush', async () => {
    const full = createGate();
    await using receiver = await startReceiver({
      answer: (response, count) => {
        response.writeHead(200).end('{}');
        if (count === 2) full.open();
      },
    });
    const tracing = await open({ ...receiver.collector, maxBatch: 3 });
    spans(tracing, 6);
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
      const tracing = await open(receiver.collector);
      spans(tracing, 2);
      assert.equal(await tracing.flush({ timeoutMs: 10_000 }), true);
      assert.equal(receiver.requests.length, 2);
      assert.equal(receiver.requests[0]?.text, receiver.requests[1]?.text);
      assert.deepEqual(tracing.stats(), { ended: 2, exported: 2, rejected: 0, failed: 0, dropped: 0, queued: 0 });
      await tracing.shutdown();
    });
  }

  for (const status of [400, 401, 404, 413, 500]) {
    it(`does not repeat after ${status}, and leaves the collector alone for a while`, async () => {
      await using receiver = await startReceiver({ answer: (response) => response.writeHead(status).end('<html>') });
      const tracing = await open(receiver.collector);
      spans(tracing, 2);
      assert.equal(await tracing.flush({ timeoutMs: 10_000 }), false);
      spans(tracing, 3);
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
    const tracing = await open(receiver.collector);
    spans(tracing, 5);
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
    const tracing = await open({ ...receiver.collector, exportTimeoutMs: 50 });
    spans(tracing, 1);
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
    const tracing = await open({ ...receiver.collector, maxQueue: 10, maxBatch: 5 });
    spans(tracing, 5);
    spans(tracing, 100, 5);
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

describe('a collector that is not there', () => {
  it('never fails the traced code, and is no reason to wait for longer than the limit', async () => {
    const tracing = await open({
      collectorHost: '127.0.0.1',
      collectorPort: await freePort(),
      exportTimeoutMs: 60_000,
    });
    assert.equal(
      tracing.span({ name: 'work' }, () => 'done'),
      'done',
    );
    assert.equal(await tracing.flush({ timeoutMs: 20 }), false);
    assertBalanced(tracing);
    await tracing.shutdown({ timeoutMs: 20 });
    assert.equal(tracing.stats().queued, 0);
    assertBalanced(tracing);
  });

  it('that never answers is given up by shutdown, which cancels the request', async () => {
    await using receiver = await startReceiver({ answer: () => undefined });
    const tracing = await open({ ...receiver.collector, exportTimeoutMs: 60_000 });
    spans(tracing, 3);
    assert.equal(await tracing.flush({ timeoutMs: 20 }), false);
    await tracing.shutdown({ timeoutMs: 20 });
    assert.equal(tracing.stats().failed, 3);
    spans(tracing, 2);
    assert.equal(tracing.stats().dropped, 2);
    await tracing.shutdown();
    assertBalanced(tracing);
  });

  it('with a name that does not exist is one more that is not there', async () => {
    const tracing = await open({ collectorHost: 'collector.invalid', exportTimeoutMs: 30 });
    spans(tracing, 1);
    assert.equal(await tracing.flush({ timeoutMs: 5_000 }), false);
    await tracing.shutdown();
    assertBalanced(tracing);
  });

  it('does not keep a finished process alive', { timeout: 20_000 }, async () => {
    await using receiver = await startReceiver({ answer: () => undefined });
    const index = new URL('../src/index.ts', import.meta.url).href;
    const options = {
      serviceName: 'x',
      collectorHost: '127.0.0.1',
      collectorPort: receiver.collector.collectorPort,
      maxBatch: 1,
      exportTimeoutMs: 600_000,
    };
    const script = `import { createTracing } from ${JSON.stringify(index)};
      const tracing = await createTracing(${JSON.stringify(options)});
      tracing.span({ name: 'work' }, () => undefined);
      await tracing.flush({ timeoutMs: 50 });
      process.stdout.write(JSON.stringify(tracing.stats()));`;
    const output = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
    });
    assert.equal((JSON.parse(output) as { queued: number }).queued, 1);
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
      const tracing = await open({ exporter, exportTimeoutMs: 20 });
      spans(tracing, 2);
      assert.equal(await tracing.flush({ timeoutMs: 10_000 }), false);
      assert.equal(tracing.stats().failed, 2);
      await tracing.shutdown();
    }
  });
});

describe('without a collector', () => {
  it('nothing of OpenTelemetry is loaded, and traces from outside are passed on', () => {
    const index = new URL('../src/index.ts', import.meta.url).href;
    const parent = `00-${'5'.repeat(32)}-${'7'.repeat(16)}-01`;
    const script = `import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      const { createTracing, GlobalTracer, TracedAsyncFn, currentTraceparent } = await import(${JSON.stringify(index)});
      const tracing = await createTracing({ serviceName: 'x' });
      await GlobalTracer({ serviceName: 'x' });
      const seen = tracing.span({ name: 'a', parent: '${parent}' }, (span) => (span.setAttribute('a', 1).end(), currentTraceparent()));
      const answer = await TracedAsyncFn({ spanName: 'b', fn: async (n) => n + 1 })(1);
      const active = tracing.tracer.startActiveSpan('c', {}, (span) => span.isRecording());
      console.log(JSON.stringify({ seen, answer, active, enabled: tracing.enabled, flushed: await tracing.flush(),
        opentelemetry: loaded.filter((url) => url.includes('@opentelemetry')), any: loaded.length > 3 }));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(output), {
      seen: parent,
      answer: 2,
      active: false,
      enabled: false,
      flushed: true,
      opentelemetry: [],
      any: true,
    });
  });
});
