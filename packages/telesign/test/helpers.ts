import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock, Random } from '@verifiedfan/ports';

/** The time of the digest vector. */
export const START_MS = Date.UTC(2026, 1, 3, 10);

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

/** Every UUID is another one. */
export const createCountingRandom = (): Random => {
  let count = 0;
  return {
    next: () => 0.5,
    uuid: () => {
      count += 1;
      return `11111111-2222-4333-8444-${String(count).padStart(12, '0')}`;
    },
    bytes: (length) => new Uint8Array(length),
  };
};

export type Call = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
export type Reply = (response: ServerResponse) => void;

export const text =
  (status: number, body = '', headers: Record<string, string> = {}): Reply =>
  (response) =>
    response.writeHead(status, headers).end(body);
export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Reply =>
  text(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
export const failure = (code: number, status: number, headers: Record<string, string> = {}): Reply =>
  json({ reference_id: 'R', external_id: null, status: { code, description: 'no' } }, status, headers);
export const reset: Reply = (response) => response.socket?.resetAndDestroy();
export const never: Reply = () => undefined;

/** Plays its replies in order and then repeats the last one. */
export const startServer = async (t: TestContext, ...replies: Reply[]): Promise<{ baseUrl: string; calls: Call[] }> => {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    calls.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    replies[Math.min(calls.length, replies.length) - 1]?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
};
