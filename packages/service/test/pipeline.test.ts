import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from '@verifiedfan/schema';
import { route } from '../src/index.ts';
import { json, routes, thing } from './support/routes.ts';
import { errorOf, startService } from './support/service.ts';

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
      { path: '/things/%E0%A4', status: 400, type: 'VALIDATION_ERROR', template: '/things/:id' },
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

  it('names the rule that a body breaks before its schema is asked', async (context) => {
    const { call } = await startService(context, routes());
    const cases: [body: string | Uint8Array, rule: string, pointer?: string][] = [
      ['{"id":', 'json'],
      ['', 'json'],
      [new Uint8Array([0x22, 0xff, 0x22]), 'utf8'],
      [`${'['.repeat(33)}${']'.repeat(33)}`, 'depth', '/0'.repeat(32)],
      [`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, 'depth', '/a'.repeat(32)],
      ['{"id":"a","__proto__":{}}', 'reserved_key', '/__proto__'],
      ['{"id":"a","nested":[{"constructor":1}]}', 'reserved_key', '/nested/0/constructor'],
      ['{"id":"a","\\u0070rototype":1}', 'reserved_key', '/prototype'],
      ['"\\ud800"', 'well_formed'],
      ['{"id":{"en":["a","b \\udc00"]}}', 'well_formed', '/id/en/1'],
      ['{"id":{"\\ud83d":"a"}}', 'well_formed', '/id/*'],
    ];
    for (const [body, rule, pointer = ''] of cases) {
      const answer = await call('/things', { body, headers: json });
      const details = errorOf(answer).details?.map((detail) => [detail.rule, detail.pointer]);
      assert.deepEqual([answer.status, details], [400, [[rule, pointer]]], rule);
    }
    const whole = await call('/things', { body: '{"id":"\\ud83d\\ude00"}', headers: json });
    assert.equal(whole.status, 201);
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

  it('takes headers of a handler in any case, and answers 500 to one that no header can be', async (context) => {
    const answering = (path: string, headers: Record<string, string>) =>
      route({
        method: 'GET',
        path,
        summary: 'Answers headers',
        access: 'public',
        responses: { 200: z.string() },
        handler: () => ({ status: 200, data: 'x', headers }),
      });
    const odd = [
      answering('/cased', { ETag: '"1"', 'Content-Type': 'text/odd' }),
      answering('/split', { a: 'b\r\nc: d' }),
    ];
    const { call } = await startService(context, odd);
    const { headers } = await call('/cased');
    assert.deepEqual([headers.etag, headers['content-type']], ['"1"', 'application/json; charset=utf-8']);
    const refused = await call('/split', { headers: { 'x-correlation-id': 'c-1' } });
    assert.deepEqual([refused.status, errorOf(refused).type, refused.headers.c], [500, 'INTERNAL_ERROR', undefined]);
    assert.equal(refused.headers['x-correlation-id'], 'c-1');
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
});
