import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * `before`: the service never hears of the request. `after`: it has done its work, and the caller is told that it failed. `reset`: the
 * same without an answer. `refuse`: the request is called wrong. `stall`: there is never an answer.
 */
export type HttpFault = 'before' | 'after' | 'reset' | 'refuse' | 'stall';
export type ProxiedRequest = { method: string; path: string; body: string };

export type FaultyProxy = {
  url: string;
  /** Asked for every request; undefined lets it pass. */
  decide: (request: ProxiedRequest) => HttpFault | undefined;
  /** How many requests arrived. */
  readonly requests: number;
  close(): Promise<void>;
};

/** Stands in front of a service and breaks answers. */
export const createFaultyProxy = async (target: string): Promise<FaultyProxy> => {
  let requests = 0;
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', body: await text(incoming) };
    requests += 1;
    const fault = proxy.decide(request);
    if (fault === 'stall') return;
    if (fault === 'before') fail(outgoing, 500);
    else if (fault === 'refuse') fail(outgoing, 400);
    else forward(`${target}${request.path}`, { incoming, outgoing, body: request.body, fault });
  };
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing).catch(() => outgoing.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: () => undefined,
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
};

const fail = (outgoing: ServerResponse, status: number): void => {
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"type":"BROKEN"}}');
};

type Forwarded = { incoming: IncomingMessage; outgoing: ServerResponse; body: string; fault: HttpFault | undefined };

const forward = (url: string, { incoming, outgoing, body, fault }: Forwarded): void => {
  const { method, headers } = incoming;
  const onward = send(url, { method, headers }, (answer) => {
    if (fault === undefined) {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      return;
    }
    answer.resume().once('end', () => (fault === 'reset' ? outgoing.destroy() : fail(outgoing, 500)));
  });
  onward.once('error', () => outgoing.destroy());
  onward.end(body);
};
