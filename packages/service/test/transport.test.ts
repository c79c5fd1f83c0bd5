import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { z } from '@verifiedfan/schema';
import { createGate } from '@verifiedfan/test-utils';
import { route } from '../src/index.ts';
import { json, routes } from './support/routes.ts';
import { startService } from './support/service.ts';

describe('the transport', () => {
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

  it('answers also whom no encoding suits, and tells of it as of all others', async (context) => {
    const large = route({
      method: 'GET',
      path: '/large',
      summary: 'Answers much',
      access: 'supreme',
      responses: { 200: z.string() },
      handler: () => ({ status: 200, data: 'ä'.repeat(5_000) }),
    });
    const { call, log } = await startService(context, [large]);
    for (const encodings of ['identity;q=0', '*;q=0', 'gzip;q=0, identity;q=0', 'br;q=0, *;q=0']) {
      log.lines.length = 0;
      const headers = { 'accept-encoding': encodings, 'x-forwarded-for': '203.0.113.9', 'x-correlation-id': 'c-1' };
      const answer = await call('/large', { headers, claims: { supreme: true } });
      assert.deepEqual([answer.status, answer.headers['content-encoding']], [200, undefined], encodings);
      assert.equal(answer.headers['content-length'], String(Buffer.byteLength(answer.text)));
      assert.match(answer.text, /ä{5000}/);
      assert.equal(answer.headers['x-correlation-id'], 'c-1');
      assert.deepEqual(log.lines.map(({ message }) => message).sort(), ['request', 'supreme']);
    }
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
