import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock } from '@verifiedfan/ports';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { createDynamoTable, type DynamoTableOptions } from '../../src/index.ts';

export type Input = Record<string, unknown>;
export type Answer =
  | { body: object }
  | { error: string; status?: number; fields?: object; headers?: Record<string, string> }
  | 'hang up';
/** Answers an operation; `count` says how often it was asked, this time included. */
export type Handler = (input: Input, count: number) => Answer | Promise<Answer>;
export type Handlers = Readonly<Record<string, Handler>>;

/** A clock on which every sleep is over at once, and that tells how long they would have been. */
const createJumpingClock = (): Clock & { readonly sleeps: number[] } => {
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
  };
};

const readBody = async (request: IncomingMessage): Promise<Input> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
};

const respond = (response: ServerResponse, answer: Exclude<Answer, 'hang up'>): void => {
  if ('body' in answer) return void response.writeHead(200).end(JSON.stringify(answer.body));
  const { error, status = 400, fields = {}, headers = {} } = answer;
  const __type = `com.amazonaws.dynamodb.v20120810#${error}`;
  response.writeHead(status, { 'x-amzn-requestid': 'request-1', ...headers });
  response.end(JSON.stringify({ __type, message: 'no', ...fields }));
};

/**
 * A table on a server that speaks DynamoDB's protocol: each operation is answered by its handler. Both end with the test. An operation
 * without a handler is answered with an error that no driver knows.
 */
export const openTable = async (
  test: TestContext,
  handlers: Handlers,
  { attempts = 3, ...options }: Partial<DynamoTableOptions> = {},
) => {
  const calls: { operation: string; input: Input }[] = [];
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
  const opened: { close?: () => Promise<void> } = {};
  test.after(async () => {
    await opened.close?.();
    server.closeAllConnections();
    server.close();
  });
  const clock = createJumpingClock();
  const table = createDynamoTable({
    name: 'scoreTable',
    tableName: 'scores',
    attempts,
    connection: {
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'not-for-messages' },
      clock,
      random: createSeededRandom({ seed: 1 }),
    },
    ...options,
  });
  opened.close = table.close;
  const inputsOf = (operation: string): Input[] =>
    calls.filter((call) => call.operation === operation).map(({ input }) => input);
  return { table, clock, calls, inputsOf };
};

export const OK: Handler = () => ({ body: {} });
export const always =
  (answer: Answer): Handler =>
  () =>
    answer;
/** Answers that are given one after the other, the last of them for ever. */
export const inTurn =
  (...answers: readonly Answer[]): Handler =>
  (_, count) =>
    answers[Math.min(count, answers.length) - 1] ?? 'hang up';

export const THROTTLED: Answer = { error: 'ProvisionedThroughputExceededException' };
export const BROKEN: Answer = { error: 'InternalServerError', status: 500 };

/** Typed attributes of a row with one text attribute. */
export const row = (PK: string, SK: string, text?: string) => ({
  PK: { S: PK },
  SK: { S: SK },
  ...(text !== undefined && { text: { S: text } }),
});
