import { type IncomingMessage, request as send } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { signTestToken, type TokenOptions } from './token.ts';

export type HttpRequestOptions = {
  /** An absolute `http:` address. */
  url: string;
  /** @default POST with a body, else GET */
  method?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON with its content type, unless `headers` name another. Use either this or `body`. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array | undefined;
};

export type HttpAnswer = {
  status: number;
  /** Names in lower case; a header that came several times is joined with `, `. */
  headers: Record<string, string>;
  text: string;
  /** The body as JSON; throws when it is none. */
  json(): unknown;
};

/**
 * One HTTP call on a connection of its own, which is closed afterwards: nothing is pooled, so nothing stays open after a test. Rejects
 * with the error of the socket when there is no whole answer.
 */
export const request = async ({ url, json, ...options }: HttpRequestOptions): Promise<HttpAnswer> => {
  const body = json === undefined ? options.body : JSON.stringify(json);
  const headers = { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers };
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = send(url, { method, headers, agent: false }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
  const text = await readText(answer);
  return { status: answer.statusCode ?? 0, headers: flatten(answer), text, json: () => JSON.parse(text) as unknown };
};

export type HttpRequestWithTokenOptions = HttpRequestOptions & ({ token: string } | TokenOptions);

/** The same with `Authorization: Bearer`: a ready token, or the claims and the key to sign one with. */
export const requestWithJWT = (options: HttpRequestWithTokenOptions): Promise<HttpAnswer> => {
  const token = 'token' in options ? options.token : signTestToken(options);
  const { url, method, headers, json, body } = options;
  return request({ url, method, json, body, headers: { authorization: `Bearer ${token}`, ...headers } });
};

const flatten = ({ headersDistinct }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]));
