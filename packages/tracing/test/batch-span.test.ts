import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWithCorrelation } from '@verifiedfan/correlation';
import { extractTraceparent, injectTraceparent, MAX_LINKS } from '../src/index.ts';
import { attributesOf } from './receiver.ts';
import { setUp } from './set-up.ts';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const traceparent = (n: number, traceId = TRACE_ID): string => `00-${traceId}-${String(n).padStart(16, '0')}-01`;

describe('a batch span', () => {
  it('leaves a record with a trace of its own in that one', async () => {
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
