import { type Agent, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { flattenHeaders } from '../exchange.ts';
import type { ProxiedRequest } from './operation.ts';
import type { ProxiedAnswer } from './refusals.ts';

/** Headers that belong to one connection, https://www.rfc-editor.org/rfc/rfc9110#name-connection, and those that we set anew. */
const OF_CONNECTION = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['content-length', 'expect'],
]);

const endToEnd = <Value>(headers: Readonly<Record<string, Value | undefined>>): Record<string, Value> => {
  const kept: Record<string, Value> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !OF_CONNECTION.has(name)) kept[name] = value;
  }
  return kept;
};

const readAll = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Takes in a whole request; rejects when its connection ends before that. */
export const readRequest = async (incoming: IncomingMessage): Promise<ProxiedRequest> => {
  const { method = 'GET', url = '/' } = incoming;
  return { method, url, headers: flattenHeaders(incoming), body: await readAll(incoming) };
};

export type Target = { url: URL; agent: Agent };

const openRequest = ({ url: target, agent }: Target, { method, url, headers, body }: ProxiedRequest) => {
  // Node sends no length with an empty GET, nor has the client sent one.
  const length = body.length === 0 && headers['content-length'] === undefined ? {} : { 'content-length': body.length };
  return sendRequest({
    agent,
    host: target.hostname,
    port: target.port || 80,
    method,
    path: url,
    headers: { ...endToEnd(headers), ...length },
  });
};

/** Passes a request on and takes in the whole answer; rejects when there is none. */
export const forward = (target: Target, request: ProxiedRequest, signal: AbortSignal): Promise<ProxiedAnswer> =>
  new Promise((resolve, reject) => {
    const outgoing = openRequest(target, request);
    const abort = (): void => void outgoing.destroy();
    signal.addEventListener('abort', abort, { once: true });
    outgoing.once('close', () => signal.removeEventListener('abort', abort));
    outgoing.once('error', reject);
    outgoing.once('response', (answer) => {
      const { statusCode: status = 502, headers } = answer;
      // The length of an answer to HEAD is that of the object, which does not come.
      const length = request.method === 'HEAD' ? headers['content-length'] : undefined;
      readAll(answer).then((body) => {
        const kept = endToEnd<string | string[]>(headers);
        resolve({ status, headers: length === undefined ? kept : { ...kept, 'content-length': length }, body });
      }, reject);
    });
    outgoing.end(request.body);
  });

/** Passes the head and the first bytes of the body on, and breaks the connection then. Resolves once it is broken. */
export const forwardCut = (target: Target, request: ProxiedRequest, bytes: number): Promise<void> =>
  new Promise((resolve) => {
    const outgoing = openRequest(target, request);
    outgoing.once('error', () => resolve());
    outgoing.once('close', () => resolve());
    // The whole of a request without a body is its head; breaking the connection may come after the work is done.
    outgoing.flushHeaders();
    outgoing.write(request.body.subarray(0, bytes), () => outgoing.destroy());
  });

const headersOf = ({ headers, body }: ProxiedAnswer, status: number): Record<string, string | string[]> => {
  const bodiless = status === 204 || status === 304 || headers['content-length'] !== undefined;
  return bodiless ? headers : { ...headers, 'content-length': String(body.length) };
};

/** Sends an answer whole, or only its head and the first bytes of its body before the connection breaks. */
export const sendAnswer = (outgoing: ServerResponse, answer: ProxiedAnswer, bytes?: number): void => {
  outgoing.writeHead(answer.status, headersOf(answer, answer.status));
  if (bytes === undefined) {
    outgoing.end(answer.body);
    return;
  }
  outgoing.flushHeaders();
  outgoing.write(answer.body.subarray(0, bytes), () => outgoing.socket?.destroySoon());
};
