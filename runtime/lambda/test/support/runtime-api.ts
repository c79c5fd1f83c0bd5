import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a function told the runtime API, in the order of arrival. */
export type Told =
  | { kind: 'response'; id: string; body: unknown }
  | { kind: 'error'; id: string; body: { errorType: string; errorMessage: string; stackTrace: string[] } }
  | { kind: 'init error'; body: { errorType: string; errorMessage: string } };

export type RuntimeApiOptions = {
  onTold?: (told: Told) => void;
  /** Called whenever the function asks for an event: the first time when it has started. */
  onAsked?: () => void;
};

type Invocation = { id: string; event: unknown; deadlineMs: number };

/**
 * A STAND-IN for Lambda's runtime API: the four calls of https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, for one function.
 */
export const startRuntimeApi = async ({ onTold = () => {}, onAsked = () => {} }: RuntimeApiOptions = {}) => {
  const waiting: Invocation[] = [];
  const asking: ServerResponse[] = [];
  const awaited = new Map<string, (told: Told) => void>();
  let count = 0;

  const handOut = (): void => {
    while (waiting.length > 0 && asking.length > 0) {
      const [invocation, response] = [waiting.shift() as Invocation, asking.shift() as ServerResponse];
      response.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': invocation.id,
        'lambda-runtime-deadline-ms': String(invocation.deadlineMs),
        'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:111122223333:function:worker',
      });
      response.end(JSON.stringify(invocation.event));
    }
  };
  const tell = (told: Told): void => {
    onTold(told);
    const key = 'id' in told ? told.id : 'init';
    awaited.get(key)?.(told);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, , area, id = '', last] = (request.url ?? '').slice(1).split('/');
    if (request.method === 'GET' && `${area}/${id}` === 'invocation/next') {
      asking.push(response);
      onAsked();
      handOut();
      return;
    }
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as never;
    if (area === 'init') tell({ kind: 'init error', body });
    else tell({ kind: last === 'error' ? 'error' : 'response', id, body });
    response.writeHead(202).end('{"status":"OK"}');
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const promiseOf = (key: string): Promise<Told> => new Promise((resolve) => awaited.set(key, resolve));
  const failedStart = promiseOf('init');

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Resolves only when the function fails to start. */
    failedStart,
    async invoke(event: unknown, { timeoutMs = 60_000 }: { timeoutMs?: number } = {}): Promise<Told> {
      count += 1;
      const id = `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
      const told = promiseOf(id);
      waiting.push({ id, event, deadlineMs: Date.now() + timeoutMs });
      handOut();
      return Promise.race([told, failedStart]);
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
