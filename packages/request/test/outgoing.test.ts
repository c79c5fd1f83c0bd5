import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWithCorrelation } from '@verifiedfan/correlation';
import { Agent } from 'undici';
import { createRequest, RequestError, UrlError } from '../src/index.ts';
import { createSleepyClock, fixedRandom, json, reply, setUp, startUpstream } from './helpers.ts';

describe('what is sent', () => {
  it('joins path and query to the base URL and its prefix', async (t) => {
    const upstream = await startUpstream(t, json(1));
    const { request } = setUp(t, `${upstream.baseUrl}/api/`);
    await request({ path: '/v1/events?a=1', query: { size: 2, tag: ['x y', 'z'], none: undefined } });
    await request({ path: 'v1' });
    await request({ path: `${upstream.baseUrl}/api/next?cursor=2` });
    assert.deepEqual(
      upstream.seen.map(({ url }) => url),
      ['/api/v1/events?a=1&size=2&tag=x+y&tag=z', '/api/v1', '/api/next?cursor=2'],
    );
  });

  it('encodes JSON and forms, and sends text as it is', async (t) => {
    const upstream = await startUpstream(t, json(1));
    const { request } = setUp(t, upstream.baseUrl);
    await request({ method: 'post', json: { name: 'Zoë' } });
    await request({ method: 'POST', form: { phone_number: '15555550100', a: 'b c' } });
    await request({ method: 'PUT', body: 'raw', headers: { 'Content-Type': 'text/csv' } });
    assert.deepEqual(
      upstream.seen.map(({ method, body, headers }) => [method, body, headers['content-type']]),
      [
        ['POST', '{"name":"Zoë"}', 'application/json; charset=utf-8'],
        ['POST', 'phone_number=15555550100&a=b+c', 'application/x-www-form-urlencoded'],
        ['PUT', 'raw', 'text/csv'],
      ],
    );
  });

  it('asks header functions before every attempt, and lets the call win over the factory', async (t) => {
    const upstream = await startUpstream(t, reply(500), json(1));
    let asked = 0;
    const headers = () => {
      asked += 1;
      return { authorization: `Bearer ${asked}`, 'x-team': 'factory' };
    };
    const { request } = setUp(t, upstream.baseUrl, { headers });
    await request({ headers: { 'X-Team': 'call' } });
    assert.deepEqual(
      upstream.seen.map((seen) => [seen.headers.authorization, seen.headers['x-team']]),
      [
        ['Bearer 1', 'call'],
        ['Bearer 2', 'call'],
      ],
    );
  });

  it('carries correlation and trace to our own services, and not to third parties', async (t) => {
    const upstream = await startUpstream(t, json(1));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const context = () => ({ correlation: 'abc-def', traceparent });
    await setUp(t, upstream.baseUrl, { propagate: true, context }).request({});
    await setUp(t, upstream.baseUrl, { context }).request({});
    await setUp(t, upstream.baseUrl, { propagate: true }).request({ correlation: 'a b', traceparent: '00-1-2-3' });
    assert.deepEqual(
      upstream.seen.map(({ headers }) => [headers['x-correlation-id'], headers.traceparent]),
      [
        ['abc-def', traceparent],
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });

  it('takes the correlation of the async context, unless the call names its own', async (t) => {
    const upstream = await startUpstream(t, json(1));
    const { request } = setUp(t, upstream.baseUrl, { propagate: true });
    await runWithCorrelation({ correlation: 'from-context' }, async () => {
      await request({});
      await request({ correlation: 'own' });
    });
    assert.deepEqual(
      upstream.seen.map(({ headers }) => headers['x-correlation-id']),
      ['from-context', 'own'],
    );
  });

  it('goes through a dispatcher that stays open, and may be repeated when that never began', async (t) => {
    const upstream = await startUpstream(t, json(1));
    const agent = new Agent();
    t.after(() => agent.close());
    const borrowing = setUp(t, upstream.baseUrl, { dispatcher: agent });
    assert.equal(await borrowing.request({}), 1);
    await borrowing.request.close();
    assert.equal(agent.closed, false);
    // Stands for a host that takes no connection: a dispatcher that never tells of a beginning.
    const deaf = Object.assign(new Agent(), { dispatch: () => true });
    t.after(() => deaf.close());
    const { request, clock } = setUp(t, upstream.baseUrl, { dispatcher: deaf, timeoutMs: 30, deadlineMs: 5_000 });
    const failing = request({ method: 'POST', json: {} });
    await assert.rejects(failing, { code: 'timeout', attempts: 3, outcomeUnknown: false, retryable: true });
    assert.equal(clock.waits.length, 2);
  });

  it('runs each attempt in a client span whose traceparent is sent on', async (t) => {
    const upstream = await startUpstream(t, reply(503), json(1));
    const spans: unknown[] = [];
    const { request } = setUp(t, upstream.baseUrl, {
      propagate: true,
      upstream: 'accounts',
      tracer: {
        clientSpan: (name, attributes, run) => {
          const traceparent = `00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333${spans.length}-01`;
          return run({ traceparent, setAttributes: (more) => spans.push({ name, ...attributes, ...more }) });
        },
      },
    });
    await request({ path: '/v1' });
    const common = { name: 'GET accounts', 'http.request.method': 'GET', 'server.address': '127.0.0.1' };
    assert.deepEqual(spans, [
      { ...common, 'http.response.status_code': 503 },
      { ...common, 'error.type': 'http_status' },
      { ...common, 'http.request.resend_count': 1, 'http.response.status_code': 200 },
    ]);
    assert.deepEqual(
      upstream.seen.map(({ headers }) => headers.traceparent?.slice(-5)),
      ['30-01', '32-01'],
    );
  });
});

describe('a wrong call', () => {
  const wrong: Record<string, object> = {
    'an unknown option': { pth: '/x' },
    'two bodies': { json: {}, body: 'x' },
    'a path that climbs out of the prefix': { path: '/v1/../admin' },
    'the same, encoded': { path: '/v1/%2e%2E/admin' },
    'another origin': { path: 'http://other.example/next' },
    'another scheme': { path: 'file:///etc/passwd' },
    'a line break in a header': { headers: { 'x-a': 'b\r\nx-c: d' } },
    'a line break in the idempotency key': { method: 'POST', idempotencyKey: 'a\nb' },
  };
  for (const [what, call] of Object.entries(wrong)) {
    it(`is refused before anything is sent: ${what}`, async (t) => {
      const upstream = await startUpstream(t, json(1));
      const { request } = setUp(t, upstream.baseUrl);
      await assert.rejects(request(call), (error) => {
        assert.ok(error instanceof RequestError);
        assert.equal(error.code, 'invalid_request');
        assert.equal(error.retryable, false);
        return true;
      });
      assert.equal(upstream.seen.length, 0);
    });
  }

  it('shows at start-up where it is the factory that is wrong', () => {
    const parts = { clock: createSleepyClock(), random: fixedRandom(0) };
    assert.throws(
      () => createRequest({ ...parts, baseUrl: 'http://user:secret@host' }),
      (error) => {
        assert.ok(error instanceof UrlError);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
    assert.throws(() => createRequest({ ...parts, baseUrl: 'host:80' }), UrlError);
    assert.throws(() => createRequest({ ...parts, attempts: 0 }), { code: 'invalid_options' });
    const typo: object = { timeout: 5 };
    assert.throws(() => createRequest({ ...parts, ...typo }), { code: 'invalid_options' });
  });
});
