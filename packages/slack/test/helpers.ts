import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock, Random } from '@verifiedfan/ports';

export const START_MS = Date.UTC(2026, 1, 1, 12);

/** Moves only when somebody sleeps, and remembers how long. */
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
export const random: Random = { next: () => 0.5, uuid: () => 'u', bytes: (count) => new Uint8Array(count) };

export type Call = { method: string; path: string; query: URLSearchParams; headers: IncomingHttpHeaders; body: string };
export type Reply = (response: ServerResponse, call: Call) => void;

export const text =
  (status: number, body = '', headers: Record<string, string> = {}): Reply =>
  (response) =>
    response.writeHead(status, headers).end(body);
export const json = (value: unknown): Reply =>
  text(200, JSON.stringify(value), { 'content-type': 'application/json; charset=utf-8' });
export const reset: Reply = (response) => response.socket?.resetAndDestroy();
export const never: Reply = () => undefined;

export type Server = { baseUrl: string; calls: Call[] };

/** Plays its replies in order and then repeats the last one. */
export const startServer = async (t: TestContext, ...replies: Reply[]): Promise<Server> => {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://host');
    const { method = '', headers } = request;
    const call = { method, path, query, headers, body: Buffer.concat(chunks).toString() };
    calls.push(call);
    replies[Math.min(calls.length, replies.length) - 1]?.(response, call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
};

/** An address on which nobody listens. */
export const nobody = async (): Promise<string> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
};
