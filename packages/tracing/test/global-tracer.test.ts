import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { GlobalTracer, shutdownGlobalTracer, TracedAsyncFn, TracingError } from '../src/index.ts';
import { startReceiver } from './receiver.ts';

describe('GlobalTracer', () => {
  afterEach(() => shutdownGlobalTracer());

  it('is one for the process, and the default of the wrappers', async () => {
    await using receiver = await startReceiver();
    const settings = {
      tracerName: 'mine',
      serviceName: 'api',
      ...receiver.collector,
    };
    const tracing = await GlobalTracer(settings);
    assert.equal(await GlobalTracer({ ...settings }), tracing);
    await TracedAsyncFn({ spanName: 'fetchUserData', fn: async () => 1 })();
    await tracing.flush();
    assert.equal(receiver.span('fetchUserData').status.code, 0);
  });

  it('refuses other settings aloud, and takes them after a shutdown', async () => {
    await GlobalTracer({ serviceName: 'api' });
    assert.throws(
      () => GlobalTracer({ serviceName: 'other', collectorPort: 4_318 }),
      (error) =>
        error instanceof TracingError &&
        error.code === 'already_configured' &&
        /collectorPort, serviceName/.test(error.message),
    );
    await shutdownGlobalTracer();
    assert.equal((await GlobalTracer({ serviceName: 'other' })).enabled, false);
  });

  it('refuses to share with an incompatible copy of the package', async () => {
    const slot = globalThis as unknown as Record<symbol, unknown>;
    const key = Symbol.for('@verifiedfan/tracing');
    slot[key] = { format: 99, settings: {} };
    try {
      assert.throws(() => GlobalTracer({ serviceName: 'api' }), { code: 'incompatible_copy' });
    } finally {
      slot[key] = undefined;
    }
  });

  it('checks its options at once', () => {
    for (const wrong of [
      {},
      { serviceName: 'x', collectorHost: 'http://x' },
      { serviceName: 'x', collectorPort: 0 },
      { serviceName: 'x', port: 1 },
    ]) {
      assert.throws(() => GlobalTracer(wrong as { serviceName: string }), { code: 'invalid_options' });
    }
  });
});
