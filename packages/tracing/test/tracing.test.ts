import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  correlationMeta,
  currentContext,
  parseTraceparent,
  runWithCorrelation,
  runWithFields,
} from '@verifiedfan/correlation';
import { createManualClock, createSeededRandom, nextTurn } from '@verifiedfan/test-utils';
import {
  type CreateTracingOptions,
  createTracing,
  currentTraceparent,
  extractTraceparent,
  injectTraceparent,
  MAX_LINKS,
} from '../src/index.ts';
import { attributesOf, startReceiver } from './receiver.ts';

const setUp = async (options: Partial<CreateTracingOptions> = {}) => {
  const receiver = await startReceiver();
  const random = createSeededRandom({ seed: 'tracing' });
  const tracing = await createTracing({
    serviceName: 'campaign-service',
    ...receiver.collector,
    random,
    ...options,
  });
  return {
    receiver,
    tracing,
    async [Symbol.asyncDispose]() {
      await tracing.shutdown();
      await receiver[Symbol.asyncDispose]();
    },
  };
};

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const traceparent = (n: number, traceId = TRACE_ID): string => `00-${traceId}-${String(n).padStart(16, '0')}-01`;

describe('a span', () => {
  it('reaches the collector in OTLP with its service, its correlation and its time', async () => {
    const clock = createManualClock();
    await using estate = await setUp({ clock, tracerName: 'vf' });
    const { tracing, receiver } = estate;
    await runWithCorrelation({ correlation: 'abc-def' }, () =>
      tracing.span(
        { name: 'campaigns.findById', kind: 'client', attributes: { 'db.rows': 1, ratio: 0.5, ok: true, ids: ['a'] } },
        () => clock.advance(5),
      ),
    );
    assert.equal(await tracing.flush(), true);
    assert.equal(receiver.requests[0]?.url, '/v1/traces');
    assert.equal(receiver.requests[0]?.type, 'application/json');
    const [resource] = receiver.requests[0]?.body.resourceSpans ?? [];
    assert.deepEqual(resource?.resource.attributes, [
      { key: 'service.name', value: { stringValue: 'campaign-service' } },
    ]);
    assert.equal(resource?.scopeSpans[0]?.scope.name, 'vf');
    const span = receiver.span('campaigns.findById');
    assert.match(span.traceId, /^[0-9a-f]{32}$/);
    assert.match(span.spanId, /^[0-9a-f]{16}$/);
    assert.equal(span.parentSpanId, undefined);
    assert.equal(span.kind, 3);
    assert.equal(span.startTimeUnixNano, '1767607200000000000');
    assert.equal(span.endTimeUnixNano, '1767607200005000000');
    assert.deepEqual(span.status, { code: 0 });
    assert.deepEqual(attributesOf(span), {
      'db.rows': '1',
      ratio: 0.5,
      ok: true,
      ids: { values: [{ stringValue: 'a' }] },
      'correlation.id': 'abc-def',
    });
  });

  it('is the parent of what is done inside, across awaits, and side by side', async () => {
    await using estate = await setUp();
    const { tracing, receiver } = estate;
    await tracing.span({ name: 'request' }, async () => {
      await nextTurn();
      await Promise.all(
        ['one', 'two'].map((name) =>
          tracing.span({ name }, async () => {
            await nextTurn();
            tracing.span({ name: `inside ${name}` }, () => undefined);
          }),
        ),
      );
    });
    await tracing.flush();
    const request = receiver.span('request');
    for (const name of ['one', 'two']) {
      assert.equal(receiver.span(name).parentSpanId, request.spanId);
      assert.equal(receiver.span(`inside ${name}`).parentSpanId, receiver.span(name).spanId);
      assert.equal(receiver.span(`inside ${name}`).traceId, request.traceId);
    }
  });

  it('gives back the answer or the very error, and says what failed', async () => {
    await using estate = await setUp();
    const { tracing, receiver } = estate;
    const error = Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' });
    assert.equal(
      tracing.span({ name: 'sync' }, () => 7),
      7,
    );
    assert.equal(await tracing.span({ name: 'async' }, async () => 8), 8);
    assert.throws(
      () =>
        tracing.span({ name: 'sync failure' }, () => {
          throw error;
        }),
      (thrown) => thrown === error,
    );
    await assert.rejects(
      tracing.span({ name: 'async failure' }, () => Promise.reject(error)),
      (thrown) => thrown === error,
    );
    await assert.rejects(
      tracing.span({ name: 'odd failure' }, () => Promise.reject('text')),
      (thrown) => thrown === 'text',
    );
    await tracing.flush();
    assert.equal(receiver.spans().length, 5);
    for (const name of ['sync failure', 'async failure']) {
      const span = receiver.span(name);
      assert.deepEqual(span.status, { code: 2, message: 'timeout' });
      assert.equal(span.events[0]?.name, 'exception');
      assert.equal(attributesOf({ attributes: span.events[0]?.attributes ?? [] })['exception.type'], 'ETIMEDOUT');
    }
    assert.equal(receiver.span('odd failure').status.code, 2);
  });

  it('continues a trace from outside, and hands its own place on to records and calls', async () => {
    await using estate = await setUp();
    const { tracing, receiver } = estate;
    const meta = tracing.span({ name: 'continued', parent: traceparent(7) }, () => correlationMeta());
    const inContext = runWithFields({ traceparent: traceparent(8) }, () =>
      tracing.span({ name: 'from context' }, () => currentTraceparent()),
    );
    tracing.span({ name: 'bad parent', parent: 'rubbish' }, () => undefined);
    await tracing.flush();
    const span = receiver.span('continued');
    assert.equal(span.traceId, TRACE_ID);
    assert.equal(span.parentSpanId, '0000000000000007');
    assert.equal(meta.traceparent, `00-${TRACE_ID}-${span.spanId}-01`);
    assert.equal(receiver.span('from context').parentSpanId, '0000000000000008');
    assert.equal(parseTraceparent(inContext)?.spanId, receiver.span('from context').spanId);
    assert.notEqual(receiver.span('bad parent').traceId, TRACE_ID);
    assert.equal(currentContext(), undefined);
  });

  it('of a record with a trace of its own continues that one, inside a batch of another', async () => {
    await using estate = await setUp();
    const { tracing, receiver } = estate;
    const other = 'a'.repeat(32);
    tracing.batchSpan({ name: 'batch', traceparents: [traceparent(1), traceparent(2, other)] }, () => {
      runWithCorrelation({ correlation: 'batch.1', traceparent: traceparent(2, other) }, () =>
        tracing.span({ name: 'record' }, () => tracing.span({ name: 'inside' }, () => undefined)),
      );
    });
    await tracing.flush();
    assert.equal(receiver.span('record').traceId, other);
    assert.equal(receiver.span('record').parentSpanId, '0000000000000002');
    assert.equal(receiver.span('inside').parentSpanId, receiver.span('record').spanId);
    assert.notEqual(receiver.span('batch').traceId, other);
  });

  it('is not recorded when its trace is not, and says so to those who come next', async () => {
    await using estate = await setUp();
    const parent = `00-${TRACE_ID}-${'7'.repeat(16)}-00`;
    const inside = estate.tracing.span({ name: 'quiet', parent }, () => currentTraceparent());
    await estate.tracing.flush();
    assert.deepEqual(estate.receiver.spans(), []);
    assert.equal(parseTraceparent(inside)?.flags, 0);
    assert.equal(parseTraceparent(inside)?.traceId, TRACE_ID);
    assert.equal(estate.tracing.stats().ended, 0);
  });
});

describe('a batch span', () => {
  it('links to every producer once, and begins its own trace when there are several', async () => {
    await using estate = await setUp();
    const { tracing, receiver } = estate;
    const other = 'b'.repeat(32);
    const traceparents = [traceparent(1), traceparent(1), undefined, 'rubbish', traceparent(2, other)];
    tracing.batchSpan({ name: 'batch', traceparents }, () => undefined);
    await tracing.flush();
    const span = receiver.span('batch');
    assert.deepEqual(
      span.links.map(({ traceId, spanId }) => [traceId, Number(spanId)]),
      [
        [TRACE_ID, 1],
        [other, 2],
      ],
    );
    assert.equal(span.parentSpanId, undefined);
    assert.equal(span.kind, 5);
    assert.equal(attributesOf(span)['messaging.batch.message_count'], '5');
  });

  it('joins the trace of its records when they have one in common', async () => {
    await using estate = await setUp();
    estate.tracing.batchSpan({ name: 'batch', traceparents: [traceparent(1), traceparent(2)] }, () => undefined);
    await estate.tracing.flush();
    assert.equal(estate.receiver.span('batch').traceId, TRACE_ID);
    assert.equal(estate.receiver.span('batch').links.length, 2);
  });

  it('says how many links were left out of a large batch', async () => {
    await using estate = await setUp();
    const traceparents = Array.from({ length: 1_000 }, (_, n) => traceparent(n + 1));
    estate.tracing.batchSpan({ name: 'batch', traceparents }, () => undefined);
    await estate.tracing.flush();
    const span = estate.receiver.span('batch');
    assert.equal(span.links.length, MAX_LINKS);
    assert.equal(attributesOf(span)['verifiedfan.links_left_out'], String(1_000 - MAX_LINKS));
  });
});

describe('carriers', () => {
  it('take the place in the trace from one process to the next', async () => {
    await using estate = await setUp();
    const { tracing, receiver } = estate;
    const headers = tracing.span({ name: 'sender', kind: 'producer' }, () =>
      injectTraceparent({ accept: 'text/plain' }),
    );
    tracing.span(
      { name: 'receiver', kind: 'server', parent: extractTraceparent(JSON.parse(JSON.stringify(headers))) },
      () => undefined,
    );
    await tracing.flush();
    assert.equal(receiver.span('receiver').parentSpanId, receiver.span('sender').spanId);
    assert.deepEqual(injectTraceparent({ a: 1 }), { a: 1 });
    for (const carrier of [null, 1, {}, { traceparent: [traceparent(1), traceparent(2)] }]) {
      assert.equal(extractTraceparent(carrier), undefined);
    }
  });
});
