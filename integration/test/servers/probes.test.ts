import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { freePorts } from '../../src/servers/ports.ts';
import { SERVERS } from '../../src/servers/table.ts';

const listenTcp = async (test: TestContext, answer: (socket: Socket) => void): Promise<number> => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => answer(socket));
  });
  test.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

const listenHttp = async (test: TestContext, status: number): Promise<number> => {
  const server = createHttpServer((_, response) => response.writeHead(status, { connection: 'close' }).end('{}'));
  test.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** `{ ok: 1 }` as an OP_MSG; a number or a double. */
const mongoAnswer = (value: Buffer, type: number): Buffer => {
  const document = Buffer.concat([Buffer.of(type), Buffer.from('ok\0'), value, Buffer.of(0)]);
  const bytes = Buffer.alloc(16 + 5 + 4);
  bytes.writeInt32LE(bytes.length + document.length);
  return Buffer.concat([bytes, document]);
};
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};

const TCP_ANSWERS = {
  redis: { right: Buffer.from('+PONG\r\n'), wrong: Buffer.from('-LOADING Redis is loading\r\n') },
  mongodb: { right: mongoAnswer(double(1), 1), wrong: mongoAnswer(double(0), 1) },
  postgresql: { right: Buffer.from('R\0\0\0\x08\0\0\0\0'), wrong: Buffer.from('E\0\0\0\x09FATAL') },
  kafka: { right: Buffer.from([0, 0, 0, 6, 0, 0, 0, 1, 0, 0]), wrong: Buffer.from([0, 0, 0, 6, 0, 0, 0, 1, 0, 35]) },
} as const;

describe('the probe of', () => {
  for (const [name, { right, wrong }] of Object.entries(TCP_ANSWERS)) {
    const { ready } = SERVERS[name as keyof typeof TCP_ANSWERS];
    it(`${name} takes only an answer that a working server gives`, async (test) => {
      assert.equal(await ready(await listenTcp(test, (socket) => socket.end(right))), true);
      assert.equal(await ready(await listenTcp(test, (socket) => socket.end(wrong))), false);
      assert.equal(await ready(await listenTcp(test, (socket) => socket.end())), false);
    });
  }

  for (const name of ['ministack', 'dynamodb-local', 'elasticmq', 'kinesalite', 'unleash'] as const) {
    it(`${name} wants an HTTP 200, not only an open port`, async (test) => {
      const { ready } = SERVERS[name];
      assert.equal(await ready(await listenHttp(test, 200)), true);
      assert.equal(await ready(await listenHttp(test, 503)), false);
    });
  }

  it('any server fails while nobody listens', async () => {
    const [port = 0] = await freePorts(1);
    for (const { ready } of Object.values(SERVERS)) assert.equal(await ready(port).catch(() => false), false);
  });
});
