import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { z } from '@verifiedfan/schema';
import { createGate } from '@verifiedfan/test-utils';
import { type Route, route } from '../src/index.ts';
import { errorOf, startService } from './support/service.ts';

const thing = z.object({ id: z.string(), size: z.int().optional() });

const routes = (): Route[] => [
  route({
    method: 'GET',
    path: '/things/:id',
    summary: 'Reads a thing',
    access: 'public',
    params: z.strictObject({ id: z.string().max(20) }),
    query: z.strictObject({ limit: z.string().regex(/^\d$/).optional() }),
    responses: { 200: thing },
    handler: ({ params }) => ({ status: 200, data: { id: params.id } }),
  }),
  route({
    method: 'POST',
    path: '/things',
    summary: 'Makes a thing',
    access: 'public',
    body: z.strictObject({ id: z.string(), size: z.int().optional() }),
    maxBodyBytes: 1_000,
    responses: { 201: thing },
    handler: ({ body }) => ({ status: 201, data: { id: body.id }, headers: { etag: '"1"' } }),
  }),
  route({
    method: 'DELETE',
    path: '/things',
    summary: 'Fails',
    access: 'public',
    responses: { 204: null },
    handler: () => {
      throw new Error('secret inside');
    },
  }),
];

const json = { 'content-type': 'application/json' };

describe('the pipeline', () => {
  it('wraps an answer with correlation and time', async (context) => {
    const { call } = await startService(context, routes());
    const answer = await call('/things/a', { headers: { 'x-correlation-id': 'abc-1' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-correlation-id'], 'abc-1');
    assert.deepEqual(answer.json(), {
      data: { id: 'a' },
      meta: { correlation: 'abc-1', timestamp: '2026-01-05T10:00:00.000Z' },
    });
  });

  it('replaces a correlation id that could forge a header or a log line', async (context) => {
    const { call } = await startService(context, routes());
    const answer = await call('/things/a', { headers: { 'x-correlation-id': 'a b"c' } });
    assert.match(answer.headers['x-correlation-id'] ?? '', /^[0-9a-f-]{36}$/);
  });

  it('formats, correlates, logs and counts under its template whatever goes wrong', async (context) => {
    const { call, log } = await startService(context, routes());
    const cases = [
      { path: '/things', body: '{"id": fan@example.com', headers: json, status: 400, type: 'VALIDATION_ERROR' },
      {
        path: '/things',
        body: new Uint8Array([0x22, 0xff, 0x22]),
        headers: json,
        status: 400,
        type: 'VALIDATION_ERROR',
      },
      {
        path: '/things',
        body: `${'['.repeat(40)}${']'.repeat(40)}`,
        headers: json,
        status: 400,
        type: 'VALIDATION_ERROR',
      },
      { path: '/things', body: '{"id":"a","__proto__":{}}', headers: json, status: 400, type: 'VALIDATION_ERROR' },
      { path: '/things', body: '{"id":"a","constructor":{}}', headers: json, status: 400, type: 'VALIDATION_ERROR' },
      { path: '/things', body: '{"id":"a","colour":1}', headers: json, status: 400, type: 'VALIDATION_ERROR' },
      { path: '/things', body: '', method: 'POST', headers: json, status: 400, type: 'VALIDATION_ERROR' },
      { path: '/things', body: `"${'x'.repeat(1_000)}"`, headers: json, status: 413, type: 'PAYLOAD_TOO_LARGE' },
      {
        path: '/things',
        body: 'id=a',
        headers: { 'content-type': 'text/plain' },
        status: 415,
        type: 'UNSUPPORTED_MEDIA_TYPE',
      },
      { path: '/things', body: '{}', status: 415, type: 'UNSUPPORTED_MEDIA_TYPE' },
      {
        path: '/things',
        body: '{}',
        headers: { 'content-type': 'application/json; charset=latin1' },
        status: 415,
        type: 'UNSUPPORTED_MEDIA_TYPE',
      },
      {
        path: '/things',
        body: '{}',
        headers: { ...json, 'content-encoding': 'gzip' },
        status: 415,
        type: 'UNSUPPORTED_MEDIA_TYPE',
      },
      { path: '/things', method: 'DELETE', status: 500, type: 'INTERNAL_ERROR' },
      { path: '/things', method: 'TRACE', status: 405, type: 'METHOD_NOT_ALLOWED' },
      { path: '/things/a?limit=55', status: 400, type: 'VALIDATION_ERROR', template: '/things/:id' },
      { path: '/things/a?limit=5&limit=5', status: 400, type: 'VALIDATION_ERROR', template: '/things/:id' },
      { path: '/things/%E0%A4', status: 400, type: 'VALIDATION_ERROR', template: 'unmatched' },
      { path: '/nothing/here', status: 404, type: 'NOT_FOUND', template: 'unmatched' },
    ];
    for (const { path, status, type, template = '/things', ...options } of cases) {
      log.lines.length = 0;
      const answer = await call(path, { ...options, headers: { ...options.headers, 'x-correlation-id': 'c-1' } });
      const name = `${path} ${String(options.body)}`;
      assert.equal(answer.status, status, name);
      assert.equal(errorOf(answer).type, type, name);
      assert.equal(errorOf(answer).correlation, 'c-1', name);
      assert.doesNotMatch(answer.text, /fan@|secret/, name);
      const line = log.lines.find(({ message }) => message === 'request');
      assert.deepEqual([line?.data.status, line?.data.path, line?.data.type], [status, template, type], name);
    }
    const metrics = (await call('/metrics')).text;
    assert.match(metrics, /request_count\{method="POST",path="\/things",status="413"\} 1\n/);
    assert.match(metrics, /request_count\{method="GET",path="unmatched",status="404"\} 1\n/);
    assert.match(
      metrics,
      /response_duration_seconds_bucket\{le="0.005",method="TRACE",path="\/things",status="405"\} 1\n/,
    );
  });

  it('says where an invalid input stood', async (context) => {
    const { call } = await startService(context, routes());
    const details = async (path: string, options = {}) => errorOf(await call(path, options)).details;
    assert.partialDeepStrictEqual(await details('/things', { json: { id: 1 } }), [
      { pointer: '/id', rule: 'invalid_type' },
    ]);
    assert.partialDeepStrictEqual(await details('/things/a?x=1'), [
      { pointer: '/x', rule: 'unknown_field', in: 'query' },
    ]);
    assert.partialDeepStrictEqual(await details(`/things/${'a'.repeat(21)}`), [{ pointer: '/id', in: 'path' }]);
  });

  it('names the declared methods for every other one', async (context) => {
    const { call } = await startService(context, routes());
    for (const method of ['PUT', 'PATCH', 'OPTIONS', 'TRACE', 'GET', 'PROPFIND']) {
      const answer = await call('/things', { method });
      assert.deepEqual([answer.status, answer.headers.allow], [405, 'POST, DELETE'], method);
    }
    assert.equal((await call('/things/a', { method: 'DELETE' })).headers.allow, 'GET, HEAD');
  });

  it('answers HEAD as GET without its body', async (context) => {
    const { call } = await startService(context, routes());
    const answer = await call('/things/a', { method: 'HEAD' });
    assert.deepEqual([answer.status, answer.text], [200, '']);
    assert.ok(Number(answer.headers['content-length']) > 0);
  });

  it('logs one line at info for a request, and at debug for a probe that went well', async (context) => {
    const { call, log } = await startService(context, routes());
    await call('/things/a');
    await call('/health');
    assert.deepEqual(
      log.lines.map(({ level, data }) => [level, data.path, data.status]),
      [
        ['info', '/things/:id', 200],
        ['debug', '/health', 200],
      ],
    );
  });

  it('formats and counts what is not HTTP at all', async (context) => {
    const { listening, call } = await startService(context, routes());
    const socket = connect(listening.port, '127.0.0.1');
    socket.end('NONSENSE\r\n\r\n');
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.match(answer, /"type":"VALIDATION_ERROR"/);
    assert.match((await call('/metrics')).text, /request_count\{method="OTHER",path="unmatched",status="400"\} 1/);
  });

  it('formats answers to expectations and tunnels that it does not know', async (context) => {
    const { listening, call } = await startService(context, routes());
    const expectation = await call('/things', { json: { id: 'a' }, headers: { expect: 'wonders' } });
    assert.deepEqual([expectation.status, errorOf(expectation).type], [417, 'EXPECTATION_FAILED']);
    const socket = connect(listening.port, '127.0.0.1');
    socket.write('CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 405 .*METHOD_NOT_ALLOWED/s);
  });

  it('compresses large answers for others than this machine', async (context) => {
    const large = route({
      method: 'GET',
      path: '/large',
      summary: 'Answers much',
      access: 'public',
      responses: { 200: z.string() },
      handler: () => ({ status: 200, data: 'x'.repeat(5_000) }),
    });
    const { listening, call } = await startService(context, [large, ...routes()]);
    const accepts = { 'accept-encoding': 'gzip' };
    assert.equal((await call('/large', { headers: accepts })).headers['content-encoding'], undefined);
    const forwarded = { ...accepts, 'x-forwarded-for': '203.0.113.9' };
    const answer = await fetch(`${listening.url}/large`, { headers: { ...forwarded, connection: 'close' } });
    assert.equal(answer.headers.get('content-encoding'), 'gzip');
    assert.match(await answer.text(), /x{5000}/);
    assert.equal((await call('/things/a', { headers: forwarded })).headers['content-encoding'], undefined);
  });

  it('answers 503 for an error that may pass', async (context) => {
    const busy = route({
      method: 'GET',
      path: '/busy',
      summary: 'Is busy',
      access: 'public',
      responses: { 200: thing },
      handler: () => {
        throw Object.assign(new Error('store'), { retryable: true });
      },
    });
    const { call } = await startService(context, [busy]);
    const answer = await call('/busy');
    assert.deepEqual([answer.status, answer.headers['retry-after'], errorOf(answer).type], [503, '1', 'UNAVAILABLE']);
  });

  it('counts a client that goes away as such', async (context) => {
    const { listening, log, call } = await startService(context, routes());
    const socket = connect(listening.port, '127.0.0.1');
    const closed = createGate();
    socket.on('close', () => closed.open());
    socket.write('POST /things HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{');
    socket.destroySoon();
    await closed.wait();
    while (!log.lines.some(({ message }) => message === 'request')) await call('/health');
    assert.equal(log.lines.find(({ data }) => data.path === '/things')?.data.status, 499);
  });

  it('answers 413 to a body far over the limit, whether or not it says its length', async (context) => {
    const { listening, call } = await startService(context, routes());
    const body = `"${'x'.repeat(5_000_000)}"`;
    assert.equal((await call('/things', { body, headers: json })).status, 413);
    const chunked = { method: 'POST', headers: json, body: new Blob([body]).stream(), duplex: 'half' } as const;
    assert.equal((await fetch(`${listening.url}/things`, chunked)).status, 413);
  });
});
