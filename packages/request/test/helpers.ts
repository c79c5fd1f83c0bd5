import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock, Random } from '@verifiedfan/ports';
import { type CreateRequestOptions, createRequest, type Request } from '../src/index.ts';

/** Noon of 1 February 2026. */
export const START_MS = Date.UTC(2026, 1, 1, 12);

/** A clock that moves only when somebody sleeps, and remembers how long. */
export const createSleepyClock = (): Clock & { waits: number[] } => {
  let nowMs = START_MS;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    async sleep(durationMs) {
      waits.push(durationMs);
      nowMs += durationMs;
    },
  };
};

export const fixedRandom = (value: number): Random => ({
  next: () => value,
  uuid: () => '11111111-2222-4333-8444-555555555555',
  bytes: (count) => new Uint8Array(count),
});

export type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
export type Reply = (response: ServerResponse, request: IncomingMessage) => void;
export type Upstream = { baseUrl: string; port: number; seen: Seen[]; sockets: () => number };

export const reply =
  (status: number, body = '', headers: Record<string, string> = {}): Reply =>
  (response) =>
    response.writeHead(status, headers).end(body);
export const json = (value: unknown): Reply =>
  reply(200, JSON.stringify(value), { 'content-type': 'application/json' });
export const reset: Reply = (response) => response.socket?.resetAndDestroy();
export const never: Reply = () => undefined;

/** A real server that plays its replies in order and then repeats the last one. Closed when the test ends. */
export const startUpstream = async (t: TestContext, ...replies: Reply[]): Promise<Upstream> => {
  const seen: Seen[] = [];
  let sockets = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    replies[Math.min(seen.length, replies.length) - 1]?.(response, request);
  });
  server.on('connection', () => {
    sockets += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, port, seen, sockets: () => sockets };
};

export type SetUp = { request: Request; clock: ReturnType<typeof createSleepyClock> };

/** A client with the sleepy clock; chance always says 0.5. Closed when the test ends. */
export const setUp = (t: TestContext, baseUrl: string, options: Partial<CreateRequestOptions> = {}): SetUp => {
  const clock = createSleepyClock();
  const request = createRequest({ baseUrl, clock, random: fixedRandom(0.5), ...options });
  t.after(() => request.close());
  return { request, clock };
};

/** A port on which nobody listens: it was taken and given back. */
export const closedPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
