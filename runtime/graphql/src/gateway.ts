import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAuthorization } from './authorization.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import { GatewayError } from './errors.ts';
import { createInvoker } from './invocation.ts';
import { type GraphqlGatewayOptions, settingsOf } from './options.ts';
import { type Refusal, readGraphqlRequest } from './request.ts';

export type GraphqlGateway = {
  /** Port 0 takes a free one. Rejects with the system's own error, such as `EADDRINUSE`. Resolves with the address. */
  listen(options?: { port?: number; host?: string }): Promise<string>;
  /** `http://host:port`; throws `not_listening` before `listen` and after `close`. */
  readonly url: string;
  /** Takes no more requests and resolves when the last one is answered. */
  close(): Promise<void>;
};

const UNAUTHORIZED: Refusal = {
  status: 401,
  errorType: 'UnauthorizedException',
  message: 'You are not authorized to make this call.',
};
const FAILED: Refusal = { status: 500, errorType: 'InternalFailure', message: 'The request failed.' };

/** GraphQL over HTTP whose fields are resolved by workers, with the very events that AppSync hands to Lambda functions. */
export const createGraphqlGateway = (options: GraphqlGatewayOptions): GraphqlGateway => {
  const { schema, invoke, clock, random, log } = options;
  const settings = settingsOf(options);
  const call = createInvoker({ invoke, clock, random, api: settings.api });
  const authorize = createAuthorization({
    worker: options.authorizer,
    call,
    clock,
    api: settings.api,
    maxCached: settings.maxCachedAuthorizations,
    onDenied(reason, thrown) {
      const name = thrown instanceof Error ? thrown.name : undefined;
      log[reason === 'no_token' || reason === 'refused' ? 'debug' : 'error']('a call was not authorized', {
        reason,
        name,
      });
    },
  });

  let engine: Promise<Engine> | undefined;
  const loadEngine = (): Promise<Engine> => {
    const resolvers = { call, clock, log, resolverTimeoutMs: settings.resolverTimeoutMs };
    engine ??= import('./engine.ts').then(({ createEngine }) => createEngine({ schema, settings, resolvers }));
    return engine;
  };

  const answerGraphql = async (incoming: IncomingMessage): Promise<EngineAnswer> => {
    if (incoming.method === 'GET' && settings.graphiql) return (await loadEngine()).page();
    if (incoming.method !== 'POST') return methodNotAllowed(settings.graphiql ? 'GET, POST' : 'POST');
    const read = await readGraphqlRequest(incoming, settings.maxBodyBytes);
    if (!read.ok) return refuse(read.refusal);
    const request = { ...read.request, requestId: random.uuid() };
    const caller = await authorize(request);
    const answer = caller === undefined ? refuse(UNAUTHORIZED) : await (await loadEngine()).execute(request, caller);
    return { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': request.requestId } };
  };

  let closing = false;
  const server = createServer((incoming, outgoing) => {
    answer(incoming, answerGraphql)
      .catch((error: unknown) => {
        const name = error instanceof Error ? error.name : 'unknown';
        // Callers who hang up while they are sending are their own business.
        log[incoming.errored === null ? 'error' : 'debug']('a request failed', { name });
        return refuse(FAILED);
      })
      .then((result) => send(incoming, outgoing, result, closing));
  });
  const url = (): string => {
    const bound = server.address() as AddressInfo | null;
    if (bound === null) throw new GatewayError('not_listening', 'the gateway is not listening');
    return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
  };

  return {
    async listen({ port = 0, host = '127.0.0.1' } = {}) {
      if (server.listening) throw new GatewayError('already_listening', 'the gateway is listening already');
      if (settings.preload) await loadEngine();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return url();
    },
    get url() {
      return url();
    },
    async close() {
      closing = true;
      if (!server.listening) return;
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

const answer = async (
  incoming: IncomingMessage,
  answerGraphql: (incoming: IncomingMessage) => Promise<EngineAnswer>,
): Promise<EngineAnswer> => {
  const path = (incoming.url ?? '/').split('?')[0];
  if (path === '/graphql') return answerGraphql(incoming);
  if (path !== '/health') return refuse({ status: 404, errorType: 'NotFound', message: 'There is nothing here.' });
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') return methodNotAllowed('GET, HEAD');
  return jsonAnswer(200, { data: { status: 'ok' } });
};

const methodNotAllowed = (allow: string): EngineAnswer => {
  const refusal = { status: 405, errorType: 'MethodNotAllowed', message: `This path takes ${allow}.` };
  const { headers, ...rest } = refuse(refusal);
  return { ...rest, headers: { ...headers, allow } };
};

const refuse = ({ status, errorType, message }: Refusal): EngineAnswer =>
  jsonAnswer(status, { errors: [{ errorType, message }] });

const jsonAnswer = (status: number, value: object): EngineAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});

const send = (incoming: IncomingMessage, outgoing: ServerResponse, result: EngineAnswer, closing: boolean): void => {
  const { status, headers, body } = result;
  // A body that was not read to its end would be taken for the next request on the same connection.
  const connection: Record<string, string> = closing || !incoming.complete ? { connection: 'close' } : {};
  const length = String(Buffer.byteLength(body));
  outgoing.writeHead(status, {
    ...headers,
    ...connection,
    'content-length': length,
    'x-content-type-options': 'nosniff',
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
};
