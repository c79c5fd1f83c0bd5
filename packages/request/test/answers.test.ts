import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { json, reply, setUp, startUpstream } from './helpers.ts';

describe('an answer', () => {
  it('is the parsed body, or with full: true the whole response', async (t) => {
    const upstream = await startUpstream(t, json({ name: 'Tour' }));
    const { request } = setUp(t, upstream.baseUrl);
    assert.deepEqual(await request({ path: '/campaigns/1' }), { name: 'Tour' });
    const response = await request({ path: '/campaigns/1', full: true });
    assert.equal(response.status, 200);
    assert.equal(response.headers['content-type'], 'application/json');
    assert.deepEqual(response.body, { name: 'Tour' });
  });

  it('is undefined for 204 and for an empty body', async (t) => {
    const upstream = await startUpstream(t, reply(204), reply(200, '', { 'content-type': 'application/json' }));
    const { request } = setUp(t, upstream.baseUrl);
    assert.equal(await request({}), undefined);
    assert.equal(await request({}), undefined);
  });

  it('stays text where it is not JSON, even if it claims to be', async (t) => {
    const truncated = '{"name":"To';
    const upstream = await startUpstream(
      t,
      reply(200, truncated, { 'content-type': 'application/json' }),
      reply(200, 'ok', { 'content-type': 'text/html' }),
      reply(200, '12', { 'content-type': 'text/plain' }),
    );
    const { request } = setUp(t, upstream.baseUrl);
    assert.equal(await request({}), truncated);
    assert.equal(await request({}), 'ok');
    assert.equal(await request({}), '12');
  });

  it('passes through the normaliser, in both shapes', async (t) => {
    const upstream = await startUpstream(t, json({ id: 7 }));
    const { request } = setUp(t, upstream.baseUrl);
    const normalise = (body: unknown, { status }: { status: number }) => `${JSON.stringify(body)} ${status}`;
    const text: string = await request({ normalise });
    assert.equal(text, '{"id":7} 200');
    const full: { status: number; body: string } = await request({ normalise, full: true });
    assert.equal(full.body, '{"id":7} 200');
  });

  it('is not asked for again when the normaliser refuses it', async (t) => {
    const upstream = await startUpstream(t, json({}));
    const { request } = setUp(t, upstream.baseUrl);
    const cause = new Error('no id');
    const failing = request({
      normalise: () => {
        throw cause;
      },
    });
    await assert.rejects(failing, { code: 'invalid_response', retryable: false, status: 200, attempts: 1, cause });
    assert.equal(upstream.seen.length, 1);
  });

  it('may have a status that the caller named', async (t) => {
    const upstream = await startUpstream(t, reply(404, '{"error":"none"}'));
    const { request } = setUp(t, upstream.baseUrl);
    assert.equal((await request({ alsoAccept: [404], full: true })).status, 404);
    await assert.rejects(request({}), { code: 'http_status', status: 404 });
  });

  it('is refused when it is too large, with or without a declared length, and not asked for again', async (t) => {
    const long = 'x'.repeat(2_000);
    const upstream = await startUpstream(t, reply(200, long, { 'content-length': '2000' }), (response) => {
      response.write(long.slice(0, 900));
      response.end(long.slice(900));
    });
    const { request } = setUp(t, upstream.baseUrl, { maxResponseBytes: 1_000 });
    await assert.rejects(request({}), { code: 'too_large', retryable: false });
    await assert.rejects(request({}), { code: 'too_large', retryable: false });
    assert.equal(upstream.seen.length, 2);
    const generous = setUp(t, upstream.baseUrl, { maxResponseBytes: 2_000 });
    assert.equal(await generous.request({}), long);
  });
});

describe('the connection', () => {
  it('is kept and used again', async (t) => {
    const upstream = await startUpstream(t, json(1));
    const { request } = setUp(t, upstream.baseUrl);
    for (let call = 0; call < 20; call += 1) await request({});
    assert.equal(upstream.seen.length, 20);
    // undici rests a connection for one turn of the event loop before it uses it again, so two take turns.
    assert.ok(upstream.sockets() <= 2, `${upstream.sockets()} connections`);
  });

  it('is not opened after close()', async (t) => {
    const upstream = await startUpstream(t, json(1));
    const { request } = setUp(t, upstream.baseUrl);
    await request({});
    await request.close();
    await request.close(); // twice is not an error
    await assert.rejects(request({}), { code: 'closed', attempts: 0, outcomeUnknown: false });
    assert.equal(upstream.seen.length, 1);
  });
});
