import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { currentContext } from '@verifiedfan/correlation';
import { makeAppSyncResolverInput, makeKinesisInput } from '@verifiedfan/test-utils';
import {
  appsyncResolver,
  createHandler,
  defineWorker,
  kinesis,
  type Middleware,
  type WorkerTracer,
} from '../src/index.ts';
import { createTestHost } from './support/host.ts';
import { aWorker } from './support/workers.ts';

const PRODUCERS = ['1', '2'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`);
const event = makeKinesisInput(PRODUCERS.map((traceparent) => ({ data: { meta: { traceparent } } })));

const setUp = ({ enabled = true, middlewares = [] as Middleware[], fails = false } = {}) => {
  const calls: string[] = [];
  const spans: unknown[] = [];
  const tracer: WorkerTracer = {
    enabled,
    batchSpan(settings, fn) {
      calls.push(`span under ${currentContext()?.correlation}`);
      spans.push(settings);
      return fn();
    },
    async flush() {
      calls.push('flush');
      return true;
    },
  };
  const host = { ...createTestHost(), tracer };
  const handle = async () => {
    calls.push('worker');
    if (fails) throw new Error('boom');
    return {};
  };
  const worker = aWorker(kinesis('scoresStream'), handle, { middlewares });
  return { calls, spans, host, handler: createHandler({ name: 'theWorker', worker, host }) };
};

describe('tracing', () => {
  it('makes a span of a batch, linked to its producers, within the correlation and around the worker', async () => {
    const { handler, spans, calls } = setUp();
    await handler(event, { awsRequestId: 'request-1' });
    const attributes = { 'messaging.system': 'kinesis' };
    assert.deepEqual(spans, [{ name: 'theWorker', kind: 'consumer', attributes, traceparents: PRODUCERS }]);
    assert.deepEqual(calls, ['span under request-1', 'worker', 'flush']);
  });

  it('flushes before the function returns, and before it throws', async () => {
    const { handler, calls } = setUp({ fails: true });
    await assert.rejects(handler(event), /boom/);
    assert.equal(calls.at(-1), 'flush');
  });

  it('stands around the middlewares, and knows the producers in front of them', async () => {
    const calls: string[] = [];
    const { handler, spans, calls: order } = setUp({ middlewares: [{ before: () => void calls.push('before') }] });
    await handler(event);
    assert.deepEqual(calls, ['before']);
    assert.equal(order.length, 3);
    assert.deepEqual((spans[0] as { traceparents: unknown }).traceparents, PRODUCERS);
  });

  it('lets a middleware answer for an event that the worker would refuse', async () => {
    const { handler, spans } = setUp({ middlewares: [{ before: () => 'warm' }] });
    assert.equal(await handler({ warmer: true }), 'warm');
    assert.equal(spans.length, 1);
  });

  it('costs nothing when it is off', async () => {
    const { handler, spans, calls } = setUp({ enabled: false });
    await handler(event);
    assert.deepEqual(spans, []);
    assert.deepEqual(calls, ['worker']);
  });

  it('continues the trace of a request', async () => {
    const { host, spans } = setUp();
    const worker = defineWorker({
      purpose: 'Answers.',
      source: appsyncResolver('campaign'),
      reads: [],
      writes: [],
      services: () => ({}),
      answer: async () => 'yes',
    });
    const headers = { traceparent: String(PRODUCERS[0]) };
    const handler = createHandler({ name: 'campaign', worker, host });
    assert.equal(await handler(makeAppSyncResolverInput({ fieldName: 'campaign', headers })), 'yes');
    assert.partialDeepStrictEqual(spans, [{ kind: 'server', traceparents: [PRODUCERS[0]] }]);
  });
});
