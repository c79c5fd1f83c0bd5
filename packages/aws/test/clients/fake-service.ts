import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { createSeededRandom } from '@verifiedfan/test-utils';
import type { AwsConnection } from '../../src/index.ts';

export type Seen = {
  method: string;
  /** Path and query as they came. */
  url: string;
  /** `PublishBatch`, of the services that name it in a header. */
  operation: string | undefined;
  headers: IncomingMessage['headers'];
  body: Buffer;
};

export type Answer = (request: Seen, response: ServerResponse) => unknown;

/** Connections that are open now, of one server. */
export type FakeService = { connection: AwsConnection; seen: Seen[]; openConnections(): number };

/**
 * A server that answers as the test says, and remembers what it was asked. Waits between attempts pass at once, and everything is closed
 * when the test ends.
 */
export const startService = async (
  context: TestContext,
  answer: Answer,
  overrides: Partial<AwsConnection> = {},
): Promise<FakeService> => {
  const seen: Seen[] = [];
  let open = 0;
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const target = headers['x-amz-target'];
    const operation = typeof target === 'string' ? target.split('.').at(-1) : undefined;
    const one = { method, url, operation, headers, body: await buffer(request) };
    seen.push(one);
    await answer(one, response);
  });
  server.on('connection', (socket) => {
    open += 1;
    socket.on('close', () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const connection: AwsConnection = {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
    clock: patientClock,
    random: createSeededRandom({ seed: 'aws' }),
    ...overrides,
  };
  return { connection, seen, openConnections: () => open };
};

/** Stands still, and waits of under ten seconds are over at once: back-off passes, and a connection never counts as stalled. */
const patientClock = {
  now: () => Date.UTC(2026, 0, 5, 10),
  sleep: (durationMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (durationMs < 10_000) setImmediate(resolve);
      else signal?.addEventListener('abort', () => resolve(), { once: true });
    }),
};

/** Answers in JSON, as most services do. */
export const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(value));
};

/** An error in JSON: `{ __type }` names it. */
export const jsonError = (response: ServerResponse, name: string, status = 400): void =>
  json(response, { __type: name, message: 'the text of the service, which may quote fan@example.com' }, status);

/** The body of a request in JSON. */
export const bodyOf = <Body>({ body }: Seen): Body => JSON.parse(body.toString()) as Body;
