import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRetryAfter } from '../src/index.ts';
import { closedPort, json, never, type Reply, reply, reset, START_MS, setUp, startUpstream } from './helpers.ts';

const BODY = { method: 'POST', json: { a: 1 } };

describe('a call that fails', () => {
  const passing: Record<string, Reply> = {
    '500': reply(500, 'boom'),
    'an HTML 502': reply(502, '<html>bad gateway</html>', { 'content-type': 'text/html' }),
    '408': reply(408),
    '425': reply(425),
    '429': reply(429),
    'a reset connection': reset,
    'an answer that breaks off': (response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":');
      setImmediate(() => response.socket?.resetAndDestroy());
    },
  };
  for (const [what, fault] of Object.entries(passing)) {
    it(`is made again after ${what}, waiting with jitter that doubles`, async (t) => {
      const upstream = await startUpstream(t, fault, fault, json({ ok: true }));
      const { request, clock } = setUp(t, upstream.baseUrl);
      assert.deepEqual(await request({}), { ok: true });
      assert.equal(upstream.seen.length, 3);
      assert.deepEqual(clock.waits, [100, 200]);
    });
  }

  it('is made three times in total and then fails with what happened last', async (t) => {
    const upstream = await startUpstream(t, reset, reset, reply(500, '{"error":"down"}'));
    const { request, clock } = setUp(t, upstream.baseUrl, { upstream: 'accounts' });
    await assert.rejects(request({ correlation: 'abc' }), {
      name: 'RequestError',
      message: 'accounts: http_status 500 after 3 calls',
      code: 'http_status',
      status: 500,
      attempts: 3,
      retryable: true,
      outcomeUnknown: false,
      upstream: 'accounts',
      correlation: 'abc',
      body: { error: 'down' },
    });
    assert.equal(upstream.seen.length, 3);
    assert.deepEqual(clock.waits, [100, 200]);
  });

  it('keeps the back-off under its cap', async (t) => {
    const upstream = await startUpstream(t, reply(500));
    const options = { attempts: 5, backoffBaseMs: 1_000, backoffCapMs: 3_000 };
    const { request, clock } = setUp(t, upstream.baseUrl, options);
    await assert.rejects(request({}), { attempts: 5 });
    assert.deepEqual(clock.waits, [500, 1_000, 1_500, 1_500]);
  });

  it('is not made again after any other status', async (t) => {
    const upstream = await startUpstream(t, reply(400), reply(401), reply(302, '', { location: '/elsewhere' }));
    const { request } = setUp(t, upstream.baseUrl);
    for (const status of [400, 401, 302]) {
      await assert.rejects(request({}), { code: 'http_status', status, retryable: false, attempts: 1 });
    }
  });

  it('is made again when the upstream was too slow', async (t) => {
    const upstream = await startUpstream(t, never, json(1));
    const { request } = setUp(t, upstream.baseUrl, { timeoutMs: 60 });
    assert.equal(await request({}), 1);
    assert.equal(upstream.seen.length, 2);
  });

  it('fails with timeout when the body never ends', async (t) => {
    const upstream = await startUpstream(t, (response) => response.write('half'));
    const { request } = setUp(t, upstream.baseUrl, { timeoutMs: 60, attempts: 1 });
    await assert.rejects(request({}), { code: 'timeout', retryable: true });
  });
});

describe('Retry-After', () => {
  it('is waited for in seconds and as a date, with 429 and 503 alike', async (t) => {
    const date = new Date(START_MS + 5_000).toUTCString();
    const upstream = await startUpstream(
      t,
      reply(429, '', { 'retry-after': '2' }),
      reply(503, '', { 'retry-after': date }),
      json(1),
    );
    const { request, clock } = setUp(t, upstream.baseUrl);
    assert.equal(await request({}), 1);
    assert.deepEqual(clock.waits, [2_000, 3_000]);
  });

  it('fails at once when it is longer than what is left, and says how long it was', async (t) => {
    const upstream = await startUpstream(t, reply(429, '', { 'retry-after': '60' }));
    const { request, clock } = setUp(t, upstream.baseUrl, { deadlineMs: 10_000 });
    const expected = { code: 'http_status', status: 429, retryAfterMs: 60_000, retryable: true, attempts: 1 };
    await assert.rejects(request({}), expected);
    assert.deepEqual(clock.waits, []);
  });

  it('is ignored when it is nonsense, and with other statuses', () => {
    for (const value of ['soon', '-1', '1.5', '', '99999999999']) assert.equal(parseRetryAfter(value, 0), undefined);
    assert.equal(parseRetryAfter(undefined, 0), undefined);
    assert.equal(parseRetryAfter('Thu, 01 Jan 1970 00:00:00 GMT', 5_000), 0);
    assert.equal(parseRetryAfter('0', 0), 0);
  });
});

describe('a POST', () => {
  for (const [what, fault] of Object.entries({ '500': reply(500), 'a reset': reset, 'a time-out': never })) {
    it(`is not made again after ${what}, because it may have taken effect`, async (t) => {
      const upstream = await startUpstream(t, fault, json(1));
      const { request } = setUp(t, upstream.baseUrl, { timeoutMs: 60 });
      await assert.rejects(request(BODY), { attempts: 1, retryable: false, outcomeUnknown: true });
      assert.equal(upstream.seen.length, 1);
    });
  }

  it('is made again when it is marked idempotent', async (t) => {
    const upstream = await startUpstream(t, reset, reply(500), json(1));
    const { request } = setUp(t, upstream.baseUrl);
    assert.equal(await request({ ...BODY, idempotent: true }), 1);
    assert.equal(upstream.seen[2]?.headers['idempotency-key'], undefined);
  });

  it('is made again under the same key when it has one', async (t) => {
    const upstream = await startUpstream(t, reply(500), json(1));
    const { request } = setUp(t, upstream.baseUrl);
    assert.equal(await request({ ...BODY, idempotencyKey: 'post-1' }), 1);
    assert.deepEqual(
      upstream.seen.map(({ headers }) => headers['idempotency-key']),
      ['post-1', 'post-1'],
    );
  });

  it('is made again when nothing was sent, and says so when nobody ever listened', async (t) => {
    const port = await closedPort();
    const { request, clock } = setUp(t, `http://127.0.0.1:${port}`);
    const expected = { code: 'connect_failed', attempts: 3, retryable: true, outcomeUnknown: false };
    await assert.rejects(request(BODY), expected);
    assert.deepEqual(clock.waits, [100, 200]);
  });

  it('is made again when the host name is unknown', async (t) => {
    const { request, clock } = setUp(t, 'http://nobody.invalid');
    await assert.rejects(request(BODY), { code: 'connect_failed', attempts: 3, outcomeUnknown: false });
    assert.equal(clock.waits.length, 2);
  });

  it('may be repeated later after a 4xx, because that did nothing', async (t) => {
    const upstream = await startUpstream(t, reply(429, '', { 'retry-after': '7' }));
    const { request } = setUp(t, upstream.baseUrl);
    const expected = { attempts: 1, retryable: true, outcomeUnknown: false, retryAfterMs: 7_000 };
    await assert.rejects(request(BODY), expected);
  });

  it('remembers that an earlier attempt may have taken effect', async (t) => {
    const upstream = await startUpstream(t, reset, reply(400));
    const { request } = setUp(t, upstream.baseUrl);
    await assert.rejects(request({ ...BODY, idempotent: true }), { status: 400, outcomeUnknown: true });
  });
});

describe('a retry rule', () => {
  it('lets an upstream be asked again by POST, or not at all', async (t) => {
    const upstream = await startUpstream(t, reply(429), json(1), reply(503, '{"code":10020}'));
    const { request } = setUp(t, upstream.baseUrl, {
      retryRule: ({ status, body }) => (JSON.stringify(body) === '{"code":10020}' ? false : status === 429),
    });
    assert.equal(await request(BODY), 1);
    await assert.rejects(request({}), { status: 503, attempts: 1, retryable: false });
  });
});
