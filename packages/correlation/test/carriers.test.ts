import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSeededRandom } from '@verifiedfan/test-utils';
import {
  childCorrelation,
  childTraceparent,
  correlationFromHeaders,
  correlationHeaders,
  correlationMeta,
  formatTraceparent,
  isCorrelationId,
  isSampled,
  newTraceparent,
  parseTraceparent,
  readCorrelationMeta,
  runWithCorrelation,
  toCorrelationId,
} from '../src/index.ts';

const random = () => createSeededRandom({ seed: 'carriers' });
const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const SPAN_ID = 'eee19b7ec3c1b174';
const TRACEPARENT = `00-${TRACE_ID}-${SPAN_ID}-01`;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('toCorrelationId', () => {
  it('keeps an id of the grammar up to 128 characters', () => {
    for (const id of ['a', 'Az09._-', 'x'.repeat(128)]) assert.equal(toCorrelationId(id, random()), id);
  });

  it('replaces everything else by a UUID that keeps nothing of it', () => {
    for (const bad of [
      '',
      'a b',
      'a\n',
      '\na',
      'a\u0000',
      'é',
      'x'.repeat(129),
      '$(id)',
      42,
      null,
      undefined,
      ['a'],
      {},
    ]) {
      assert.match(toCorrelationId(bad, random()), UUID);
    }
  });
});

describe('childCorrelation', () => {
  it('prefers what the record carries', () => {
    assert.equal(childCorrelation({ own: 'mine', parent: 'batch', index: 3 }), 'mine');
  });

  it('otherwise numbers the record under its batch, inside the grammar however long the batch id is', () => {
    assert.equal(childCorrelation({ own: 'not good', parent: 'batch', index: 3 }), 'batch.3');
    const long = childCorrelation({ parent: 'x'.repeat(128), index: 9_999 });
    assert.ok(isCorrelationId(long) && long.endsWith('.9999'));
  });
});

describe('parseTraceparent', () => {
  it('reads what formatTraceparent writes', () => {
    const parsed = parseTraceparent(TRACEPARENT);
    assert.deepEqual(parsed, { traceId: TRACE_ID, spanId: SPAN_ID, flags: 1 });
    assert.equal(parsed && formatTraceparent(parsed), TRACEPARENT);
  });

  it('reads a higher version as far as it knows it, with nothing or a dash behind the first 55 characters', () => {
    assert.equal(parseTraceparent(`cc-${TRACE_ID}-${SPAN_ID}-01-what-the-future-brings`)?.spanId, SPAN_ID);
    assert.equal(parseTraceparent(`cc-${TRACE_ID}-${SPAN_ID}-01`)?.spanId, SPAN_ID);
    assert.equal(parseTraceparent(`cc-${TRACE_ID}-${SPAN_ID}-01.future`), undefined);
  });

  it('passes unknown flags through', () => {
    const parsed = parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-03`);
    assert.equal(parsed && isSampled(parsed), true);
    assert.equal(parsed && formatTraceparent(parsed), `00-${TRACE_ID}-${SPAN_ID}-03`);
  });

  it('refuses what W3C calls invalid', () => {
    const bad = [
      `ff-${TRACE_ID}-${SPAN_ID}-01`,
      `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
      `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
      `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
      `00-${TRACE_ID}-${SPAN_ID}-01-more`,
      `00-${TRACE_ID}-${SPAN_ID}-1`,
      ` ${TRACEPARENT}`,
      `${TRACEPARENT}\n`,
      [TRACEPARENT, TRACEPARENT],
      undefined,
      7,
    ];
    for (const value of bad) assert.equal(parseTraceparent(value), undefined, String(value));
  });
});

describe('newTraceparent and childTraceparent', () => {
  it('begin a trace and continue it with a new span', () => {
    const source = random();
    const root = parseTraceparent(newTraceparent(source));
    const child = parseTraceparent(childTraceparent(root && formatTraceparent(root), source));
    assert.equal(child?.traceId, root?.traceId);
    assert.notEqual(child?.spanId, root?.spanId);
  });

  it('begin a new trace behind a bad parent, and make valid ids even of a source of zeros', () => {
    assert.ok(parseTraceparent(childTraceparent('rubbish', random())));
    assert.ok(parseTraceparent(newTraceparent({ bytes: (count) => new Uint8Array(count) })));
  });
});

describe('headers', () => {
  it('take x-correlation-id first, x-request-id second and a UUID last', () => {
    const read = (headers: Record<string, string | string[]>) => correlationFromHeaders(headers, random()).correlation;
    assert.equal(read({ 'x-correlation-id': 'one', 'x-request-id': 'two' }), 'one');
    assert.equal(read({ 'x-correlation-id': 'bad id', 'x-request-id': 'two' }), 'two');
    assert.equal(read({ 'x-correlation-id': ['one', 'three'], 'x-request-id': 'two' }), 'two');
    assert.match(read({}), UUID);
  });

  it('carry a trace only when it is valid', () => {
    assert.equal(correlationFromHeaders({ traceparent: TRACEPARENT }, random()).traceparent, TRACEPARENT);
    assert.ok(!('traceparent' in correlationFromHeaders({ traceparent: 'no' }, random())));
    assert.ok(!('traceparent' in correlationFromHeaders({ traceparent: [TRACEPARENT] }, random())));
  });

  it('are written from the context, and are none outside of one', () => {
    assert.deepEqual(correlationHeaders(), {});
    const headers = runWithCorrelation({ correlation: 'one', traceparent: TRACEPARENT, worker: 'w' }, () =>
      correlationHeaders(),
    );
    assert.deepEqual(headers, { 'x-correlation-id': 'one', traceparent: TRACEPARENT });
  });
});

describe('meta of a record', () => {
  it('survives the way from one worker to the next', () => {
    const meta = runWithCorrelation({ correlation: 'one', traceparent: TRACEPARENT }, () => correlationMeta());
    assert.deepEqual(readCorrelationMeta(JSON.parse(JSON.stringify(meta))), {
      correlation: 'one',
      traceparent: TRACEPARENT,
    });
  });

  it('is read without trust', () => {
    for (const meta of [null, undefined, 'x', 7, [], { correlation: 'a b', traceparent: 1 }]) {
      assert.deepEqual(readCorrelationMeta(meta), {});
    }
  });
});
