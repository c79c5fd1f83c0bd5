import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWithCorrelation } from '@verifiedfan/correlation';
import { nextTurn } from '@verifiedfan/test-utils';
import { TracedAsyncFn, TracedRequest } from '../src/index.ts';
import { attributesOf } from './receiver.ts';
import { setUp } from './set-up.ts';

describe('TracedAsyncFn', () => {
  it('passes arguments, this, answers and errors, and ends its span each time', async () => {
    await using estate = await setUp();
    const { tracer, tracing, receiver } = estate;
    const boom = new Error('boom');
    const owner = {
      factor: 2,
      double: TracedAsyncFn({
        tracer,
        spanName: 'double',
        async fn(this: unknown, n: number) {
          await nextTurn();
          return n * (this as { factor: number }).factor;
        },
      }),
    };
    const throwing = TracedAsyncFn({
      tracer,
      spanName: 'throws at once',
      fn: (): number => {
        throw boom;
      },
    });
    assert.equal(await owner.double(21), 42);
    await assert.rejects(throwing(), (error) => error === boom);
    await tracing.span({ name: 'outer' }, () => owner.double(1));
    await tracing.flush();
    assert.equal(receiver.spans().length, 4);
    assert.equal(receiver.span('throws at once').status.code, 2);
    const inner = receiver.spans().find(({ parentSpanId }) => parentSpanId === receiver.span('outer').spanId);
    assert.equal(inner?.name, 'double');
  });
});

describe('TracedRequest', () => {
  it('says method, host, path and status, and nothing of the query', async () => {
    await using estate = await setUp();
    const request = TracedRequest({
      tracer: estate.tracer,
      request: async (_: { url: string; method?: string }) => ({ status: 503 }),
    });
    const answer = await request({
      url: 'http://ada:pw@sms.example:8080/v1/send?phone=%2B12025550100',
      method: 'post',
    });
    assert.deepEqual(answer, { status: 503 });
    await estate.tracing.flush();
    const span = estate.receiver.span('POST sms.example:8080');
    assert.equal(span.kind, 3);
    assert.deepEqual(span.status, { code: 2, message: 'HTTP 503' });
    assert.deepEqual(attributesOf(span), {
      'http.request.method': 'POST',
      'server.address': 'sms.example',
      'server.port': '8080',
      'url.scheme': 'http',
      'url.path': '/v1/send',
      'http.response.status_code': '503',
    });
    assert.doesNotMatch(estate.receiver.requests[0]?.text ?? '', /2025550100|ada|pw/);
  });

  it('tells our own services who calls, and third parties nothing', async () => {
    await using estate = await setUp();
    const { tracer, tracing, receiver } = estate;
    const seen: (Readonly<Record<string, string>> | undefined)[] = [];
    const send = async (call: { url: string; headers?: Readonly<Record<string, string>> }) => {
      seen.push(call.headers);
      return { statusCode: 200 };
    };
    await runWithCorrelation({ correlation: 'abc' }, async () => {
      await TracedRequest({ tracer, request: send, propagate: true, spanName: 'own' })({
        url: 'http://own.example/',
        headers: { a: 'b' },
      });
      await TracedRequest({ tracer, request: send })({ url: 'not a url', headers: { a: 'b' } });
    });
    await tracing.flush();
    const { traceId, spanId } = receiver.span('own');
    assert.deepEqual(seen, [
      { a: 'b', 'x-correlation-id': 'abc', traceparent: `00-${traceId}-${spanId}-01` },
      { a: 'b' },
    ]);
    assert.deepEqual(receiver.span('own').status, { code: 0 });
  });

  it('lets the error of a request through', async () => {
    await using estate = await setUp();
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const request = TracedRequest({ tracer: estate.tracer, request: (_: { url: URL }) => Promise.reject(error) });
    await assert.rejects(request({ url: new URL('http://down.example') }), (thrown) => thrown === error);
    await estate.tracing.flush();
    assert.equal(estate.receiver.span('GET down.example').status.code, 2);
  });
});
