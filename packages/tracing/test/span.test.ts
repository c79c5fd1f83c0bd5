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
import { currentTraceparent } from '../src/index.ts';
import { attributesOf } from './receiver.ts';
import { setUp } from './set-up.ts';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const traceparent = (n: number, traceId = TRACE_ID): string => `00-${traceId}-${String(n).padStart(16, '0')}-01`;

describe('a span', () => {
  it('reaches the collector in OTLP with its service, its correlation and its time', async () => {
    const clock = createManualClock();
    await using estate = await setUp({ clock, random: createSeededRandom({ seed: 'span' }), tracerName: 'vf' });
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
