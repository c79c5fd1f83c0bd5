import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { z } from '@verifiedfan/schema';
import { createGate } from '@verifiedfan/test-utils';
import { route } from '../src/index.ts';
import { json, routes } from './support/routes.ts';
import { errorOf, startService } from './support/service.ts';

describe('the transport', () => {
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

  it('formats, correlates and counts answers to headers that are too large', async (context) => {
    const { listening, call } = await startService(context, routes());
    const socket = connect(listening.port, '127.0.0.1');
    socket.end(`GET /things/a HTTP/1.1\r\nhost: a\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`);
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 431 [\s\S]*x-correlation-id: [0-9a-f-]{36}\r\n[\s\S]*"type":"HEADERS_TOO_LARGE"/);
    assert.match((await call('/metrics')).text, /request_count\{method="OTHER",path="unmatched",status="431"\} 1/);
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
