import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { currentCorrelation } from '@verifiedfan/correlation';
import { routes } from './support/routes.ts';
import { createTestLog, errorOf, startService } from './support/service.ts';

/** Notes the correlation that each line is written under, as the real log does. */
const createCorrelatedLog = () => {
  const log = createTestLog();
  const correlations: (string | undefined)[] = [];
  return {
    ...log,
    correlations,
    info(message: string, data?: Record<string, unknown>) {
      correlations.push(currentCorrelation());
      log.info(message, data);
    },
  };
};

/** What a server answers to bytes, and then nothing more. */
const ask = async (port: number, request: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  return text(socket);
};

const correlationOf = (answer: string): string => /x-correlation-id: (\S+)/.exec(answer)?.[1] ?? '';

describe('what Node answers before the pipeline', () => {
  it('is formatted, correlated, logged and counted', async (context) => {
    const log = createCorrelatedLog();
    const { listening, call } = await startService(context, routes(), { log });
    const cases = [
      { request: 'NONSENSE\r\n\r\n', status: 400, type: 'VALIDATION_ERROR' },
      { request: 'GET /things/a HTTP/1.1\r\nhost: a\r\nno header\r\n\r\n', status: 400, type: 'VALIDATION_ERROR' },
      {
        request: `GET /things/a HTTP/1.1\r\nhost: a\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`,
        status: 431,
        type: 'HEADERS_TOO_LARGE',
      },
    ];
    for (const { request, status, type } of cases) {
      log.lines.length = 0;
      log.correlations.length = 0;
      const answer = await ask(listening.port, request);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*"type":"${type}"`));
      assert.match(correlationOf(answer), /^[0-9a-f-]{36}$/);
      assert.deepEqual(log.lines[0]?.data, { method: 'OTHER', path: 'unmatched', status, type });
      assert.deepEqual(log.correlations, [correlationOf(answer)]);
    }
    const metrics = (await call('/metrics')).text;
    assert.match(metrics, /request_count\{method="OTHER",path="unmatched",status="400"\} 2/);
    assert.match(metrics, /request_count\{method="OTHER",path="unmatched",status="431"\} 1/);
  });

  it('keeps the correlation of expectations and tunnels that it does not know', async (context) => {
    const log = createCorrelatedLog();
    const { listening, call } = await startService(context, routes(), { log });
    const headers = { expect: 'wonders', 'x-correlation-id': 'c-1' };
    const expectation = await call('/things', { json: { id: 'a' }, headers });
    assert.deepEqual([expectation.status, errorOf(expectation).type], [417, 'EXPECTATION_FAILED']);
    assert.deepEqual([errorOf(expectation).correlation, expectation.headers['x-correlation-id']], ['c-1', 'c-1']);
    const tunnel = 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\nx-correlation-id: c-2\r\n\r\n';
    const answer = await ask(listening.port, tunnel);
    assert.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n[\s\S]*"type":"METHOD_NOT_ALLOWED"/);
    assert.equal(correlationOf(answer), 'c-2');
    assert.deepEqual(log.correlations, ['c-1', 'c-2']);
    assert.deepEqual(
      log.lines.map(({ data }) => [data.method, data.path, data.status]),
      [
        ['POST', 'unmatched', 417],
        ['OTHER', 'unmatched', 405],
      ],
    );
  });

  it('is 405 with the methods of the path for a method that nobody knows', async (context) => {
    const log = createCorrelatedLog();
    const { listening } = await startService(context, routes(), { log });
    const answer = await ask(
      listening.port,
      'FOO /things?x=fan@example.com HTTP/1.1\r\nHost: a\r\nX-Correlation-Id: c-3\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n[\s\S]*\r\nallow: POST, DELETE\r\n/);
    assert.equal(correlationOf(answer), 'c-3');
    assert.deepEqual(log.lines[0]?.data, {
      method: 'OTHER',
      path: '/things',
      status: 405,
      type: 'METHOD_NOT_ALLOWED',
    });
    assert.match(
      await ask(listening.port, 'FOO /nothing HTTP/1.1\r\nhost: a\r\n\r\n'),
      /^HTTP\/1\.1 404 Not Found\r\n/,
    );
    assert.match(await ask(listening.port, 'GETS /things/%ff HTTP/1.1\r\nhost: a\r\n\r\n'), /\r\nallow: GET, HEAD\r\n/);
    assert.match(await ask(listening.port, 'FOO * HTTP/1.1\r\nhost: a\r\n\r\n'), /^HTTP\/1\.1 400 /);
  });

  it('is the same behind another request on the same connection', async (context) => {
    const { listening } = await startService(context, routes());
    const socket = connect(listening.port, '127.0.0.1');
    socket.write('POST /things HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}');
    await once(socket, 'data');
    socket.write('FOO /things HTTP/1.1\r\nhost: a\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 405 [\s\S]*\r\nallow: POST, DELETE\r\n/);
  });

  it('survives whoever goes away before the answer', async (context) => {
    const { listening, call } = await startService(context, routes());
    for (const request of ['CONNECT example.com:443 HTTP/1.1\r\nhost: a\r\n\r\n', 'FOO /things HTTP/1.1\r\n\r\n']) {
      const socket = connect(listening.port, '127.0.0.1').on('error', () => {});
      socket.write(request);
      await once(socket, 'data');
      socket.resetAndDestroy();
      assert.equal((await call('/health')).status, 200);
    }
  });

  it('does not keep a server from closing', async (context) => {
    const { listening } = await startService(context, routes());
    const requests = ['CONNECT example.com:443 HTTP/1.1\r\nhost: a\r\n\r\n', 'FOO /things HTTP/1.1\r\n\r\n'];
    // Their side stays open, whatever the server does with its own.
    const sockets = requests.map((request) => {
      const socket = connect({ port: listening.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.write(request);
      return socket;
    });
    context.after(() => sockets.map((each) => each.destroy()));
    await Promise.all(sockets.map((each) => once(each, 'data')));
    await listening.close();
  });
});
