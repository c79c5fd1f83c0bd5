import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ReceivedAttribute = { key: string; value: Record<string, unknown> };
export type ReceivedSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  flags: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: ReceivedAttribute[];
  events: { name: string; timeUnixNano: string; attributes: ReceivedAttribute[] }[];
  links: { traceId: string; spanId: string }[];
  status: { code: number; message?: string };
};
type Body = {
  resourceSpans: {
    resource: { attributes: ReceivedAttribute[] };
    scopeSpans: { scope: { name: string }; spans: ReceivedSpan[] }[];
  }[];
};
type Answer = (response: ServerResponse, count: number) => void;

const TAKEN: Answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');

/** A real OTLP/HTTP receiver on a free port. `answer` decides what it says to the n-th request (from 1). */
export const startReceiver = async ({ answer = TAKEN }: { answer?: Answer } = {}) => {
  const requests: { url: string; type: string; text: string; body: Body }[] = [];
  const server = createServer((request, response) => void receive(request, response));
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const body = JSON.parse(text) as Body;
    requests.push({ url: request.url ?? '', type: request.headers['content-type'] ?? '', text, body });
    answer(response, requests.length);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    /** The options that lead here. */
    collector: { collectorHost: '127.0.0.1', collectorPort: (server.address() as AddressInfo).port },
    requests,
    spans: (): ReceivedSpan[] => requests.flatMap(({ body }) => spansOf(body)),
    span: (name: string): ReceivedSpan => {
      const found = requests.flatMap(({ body }) => spansOf(body)).filter((span) => span.name === name);
      if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} spans named ${name}`);
      return found[0];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const spansOf = (body: Body): ReceivedSpan[] =>
  body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

/** Attributes as a plain object of their wire values. */
export const attributesOf = ({ attributes }: Pick<ReceivedSpan, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
