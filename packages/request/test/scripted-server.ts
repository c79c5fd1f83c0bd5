import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { createRequest } from '../src/index.ts';

export type Seen = {
  method: string;
  url: string;
  authorization: string | undefined;
  key: string | string[] | undefined;
  body: string;
};
export type Scripted = { status: number; body?: unknown };

/** A server that answers what the test says, in order, and remembers what it was asked. */
export const startScripted = async (context: TestContext, answers: readonly Scripted[]) => {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const { status, body } = answers[seen.length] ?? { status: 500 };
    seen.push({
      method,
      url,
      authorization: headers.authorization,
      key: headers['idempotency-key'],
      body: await text(request),
    });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const request = createRequest({
    baseUrl: `http://127.0.0.1:${port}`,
    clock: createManualClock(),
    random: createSeededRandom({ seed: 'client' }),
    attempts: 1,
  });
  context.after(async () => {
    await request.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return { request, seen };
};
