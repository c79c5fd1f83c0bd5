import type { IncomingMessage } from 'node:http';

/** One GraphQL request as it came over HTTP. */
export type GraphqlRequest = {
  requestId: string;
  query: string;
  operationName: string | undefined;
  variables: Record<string, unknown>;
  /** Names in lower case. */
  headers: Record<string, string>;
};

export type ReadResult = { ok: true; request: Omit<GraphqlRequest, 'requestId'> } | { ok: false; refusal: Refusal };

/** A request that GraphQL never sees: the HTTP status, and an error in AppSync's form. */
export type Refusal = { status: number; errorType: string; message: string };

const malformed = (message: string): ReadResult => ({
  ok: false,
  refusal: { status: 400, errorType: 'MalformedHttpRequestException', message },
});

/** Reads and checks a POST with JSON. The body is never read beyond `maxBytes`. */
export const readGraphqlRequest = async (incoming: IncomingMessage, maxBytes: number): Promise<ReadResult> => {
  const type = (incoming.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  // A form or plain text could be sent by any web page without the browser asking first.
  if (type !== 'application/json' && type !== 'application/graphql+json') {
    const refusal = { status: 415, errorType: 'UnsupportedMediaType', message: 'The body must be application/json.' };
    return { ok: false, refusal };
  }
  const body = await readBody(incoming, maxBytes);
  if (body === undefined) {
    const message = `The body is longer than ${maxBytes} bytes.`;
    return { ok: false, refusal: { status: 413, errorType: 'RequestTooLarge', message } };
  }
  return parseRequest(body, flattenHeaders(incoming));
};

const parseRequest = (body: string, headers: Record<string, string>): ReadResult => {
  const value = parseJson(body);
  if (!isObject(value)) return malformed('The body must be a JSON object.');
  const { query, operationName, variables } = value;
  if (typeof query !== 'string' || query.trim() === '') return malformed('"query" must be text.');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    return malformed('"operationName" must be text.');
  }
  if (variables !== undefined && variables !== null && !isObject(variables)) {
    return malformed('"variables" must be an object.');
  }
  return {
    ok: true,
    request: { query, operationName: operationName ?? undefined, variables: variables ?? {}, headers },
  };
};

const readBody = async (incoming: IncomingMessage, maxBytes: number): Promise<string | undefined> => {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // Ending the loop early would destroy the socket before the refusal could be sent.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const flattenHeaders = ({ headersDistinct }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]));

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
