import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { assertBalanced, makeSpans, openTracing } from './delivery.ts';
import { startReceiver } from './receiver.ts';

/** A port on which nobody listens. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

describe('a collector that is not there', () => {
  it('never fails the traced code, and is no reason to wait for longer than the limit', async () => {
    const tracing = await openTracing({
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
    const tracing = await openTracing({ ...receiver.collector, exportTimeoutMs: 60_000 });
    makeSpans(tracing, 3);
    assert.equal(await tracing.flush({ timeoutMs: 20 }), false);
    await tracing.shutdown({ timeoutMs: 20 });
    assert.equal(tracing.stats().failed, 3);
    makeSpans(tracing, 2);
    assert.equal(tracing.stats().dropped, 2);
    await tracing.shutdown();
    assertBalanced(tracing);
  });

  it('with a name that does not exist is one more that is not there', async () => {
    const tracing = await openTracing({ collectorHost: 'collector.invalid', exportTimeoutMs: 30 });
    makeSpans(tracing, 1);
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
