import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `before`: the service never hears of the request. `after`: it has done its work, and the caller is told that it failed. `reset`: the same without an answer. */
export type HttpFault = 'before' | 'after' | 'reset';

export type FaultyProxy = {
  url: string;
  /** Asked for every request; undefined lets it pass. */
  decide: (request: { method: string; path: string }) => HttpFault | undefined;
  /** How many requests arrived. */
  readonly requests: number;
  close(): Promise<void>;
};

/** Stands in front of a service and breaks answers. */
export const createFaultyProxy = async (target: string): Promise<FaultyProxy> => {
  let requests = 0;
  const server = createServer((incoming, outgoing) => {
    requests += 1;
    const fault = proxy.decide({ method: incoming.method ?? 'GET', path: incoming.url ?? '/' });
    if (fault === 'before') return fail(incoming, outgoing);
    forward(target, incoming, outgoing, fault);
  });
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

const fail = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
  incoming.resume();
  outgoing.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"type":"BROKEN"}}');
};

const forward = (
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: HttpFault | undefined,
): void => {
  const { method, headers, url } = incoming;
  const onward = send(`${target}${url}`, { method, headers }, (answer) => {
    if (fault === undefined) {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      return;
    }
    answer.resume().once('end', () => (fault === 'reset' ? outgoing.destroy() : fail(incoming, outgoing)));
  });
  onward.once('error', () => outgoing.destroy());
  incoming.pipe(onward);
};
