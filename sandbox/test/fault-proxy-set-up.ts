import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createManualClock, createSeededRandom, failOnLeaks } from '@verifiedfan/test-utils';
import { createFaultProxy, createTcpFaultProxy } from '../src/index.ts';

export type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
type Answer = { status?: number; headers?: Record<string, string>; body?: string };

/** A server behind a proxy, both closed and checked for leaks at the end of the test. `answer` sees each whole request. */
export const startProxy = async (test: TestContext, answer: (seen: Seen) => Answer = () => ({}), seed = 1) => {
  const seen: Seen[] = [];
  let broken = 0;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('error', () => {
      broken += 1;
    });
    incoming.once('end', () => {
      const { method = '', url = '', headers } = incoming;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      const { status = 200, headers: own = {}, body = '{}' } = answer(one);
      outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...own }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = createManualClock();
  const proxy = createFaultProxy({ target, clock, random: createSeededRandom({ seed }) });
  test.after(async () => {
    await proxy.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  failOnLeaks(test);
  const url = await proxy.listen();

  const send = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, { ...init, headers: { connection: 'close', ...init.headers } });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  /** One call of an AWS JSON service. */
  const call = async (target: string, body: object = {}, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { 'x-amz-target': target, ...headers }, body: JSON.stringify(body) };
    const answer = await send('/', init);
    return { ...answer, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  return { proxy, url, target, clock, seen, send, call, broken: () => broken };
};

/** A signature's header as far as a proxy reads it. */
export const signedFor = (service: string): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/${service}/aws4_request, Signature=0`,
});

/** A TCP server behind a proxy that answers each piece with `answer`. */
export const startTcpProxy = async (
  test: TestContext,
  answer: (piece: string) => string = (piece) => `re:${piece}`,
) => {
  const pieces: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece.toString());
      socket.write(answer(piece.toString()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock = createManualClock();
  const { port: behind } = server.address() as AddressInfo;
  const proxy = createTcpFaultProxy({ target: { port: behind }, clock, random: createSeededRandom({ seed: 1 }) });
  test.after(async () => {
    await proxy.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  failOnLeaks(test);
  const port = await proxy.listen();
  return { proxy, clock, pieces, open: () => openClient(test, port) };
};

/** A connection that sends a piece and waits for the next thing to happen: an answer, or how the connection ended. */
export const openClient = (test: TestContext, port: number) => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  test.after(() => socket.destroy());
  const events: string[] = [];
  let wake = (): void => {};
  const happened = (event: string): void => {
    events.push(event);
    wake();
  };
  socket.on('data', (piece: Buffer) => happened(piece.toString()));
  socket.once('error', (error: NodeJS.ErrnoException) => happened(error.code ?? error.message));
  socket.once('end', () => happened('end'));
  const next = async (): Promise<string> => {
    while (events.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return events.shift() ?? '';
  };
  return {
    next,
    send(piece: string): Promise<string> {
      socket.write(piece);
      return next();
    },
    write: (piece: string): void => void socket.write(piece),
  };
};
