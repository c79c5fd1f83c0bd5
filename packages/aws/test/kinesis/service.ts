import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock, Random } from '@verifiedfan/ports';
import type { AwsConnection } from '../../src/index.ts';

export type Input = Record<string, unknown>;
/** An answer, an error of the service, raw text in place of JSON, or a connection that is lost. */
export type Answer = { body: unknown } | { error: string; status?: number } | { text: string } | 'hang up';
export type Handler = (input: Input, count: number) => Answer | Promise<Answer>;
export type Call = { operation: string; input: Input };

/** A clock on which every sleep is over at once, and that tells how long they would have been. */
export type JumpingClock = Clock & { readonly sleeps: number[]; jump(durationMs: number): void };

export const createJumpingClock = (): JumpingClock => {
  let nowMs = Date.UTC(2026, 0, 5, 10);
  const sleeps: number[] = [];
  return {
    now: () => nowMs,
    async sleep(durationMs, signal) {
      if (!signal?.aborted) {
        sleeps.push(durationMs);
        nowMs += Math.max(0, durationMs);
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
    sleeps,
    jump(durationMs) {
      nowMs += durationMs;
    },
  };
};

const fixedRandom: Random = {
  next: () => 0.5,
  uuid: () => '00000000-0000-4000-8000-000000000000',
  bytes: (count) => new Uint8Array(count),
};

const readBody = async (request: IncomingMessage): Promise<Input> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
};

const respond = (response: ServerResponse, answer: Exclude<Answer, 'hang up'>): void => {
  if ('text' in answer) return void response.writeHead(200).end(answer.text);
  if ('body' in answer) return void response.writeHead(200).end(JSON.stringify(answer.body));
  const { error, status = 400 } = answer;
  response.writeHead(status, { 'x-amzn-requestid': 'request-1' }).end(JSON.stringify({ __type: error, message: 'no' }));
};

/**
 * A server that speaks AWS's JSON protocol: each operation is answered by its handler, which is told how often it was called. Ends with
 * the test. An operation without a handler is an error of the test.
 */
export const startService = async (test: TestContext, handlers: Readonly<Record<string, Handler>>) => {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const input = await readBody(request);
    calls.push({ operation, input });
    const count = calls.filter((call) => call.operation === operation).length;
    const answer = (await handlers[operation]?.(input, count)) ?? { error: `Unexpected${operation}` };
    if (answer === 'hang up') request.socket.destroy();
    else respond(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const clock = createJumpingClock();
  const connection: AwsConnection = {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'not-for-messages' },
    // The SDK's own attempts wait for real; tests of those ask for two.
    maxAttempts: 1,
    clock,
    random: fixedRandom,
  };
  const inputsOf = (operation: string): Input[] =>
    calls.filter((call) => call.operation === operation).map(({ input }) => input);
  return { connection, clock, calls, inputsOf };
};
