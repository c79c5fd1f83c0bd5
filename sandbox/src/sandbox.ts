import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Random } from '@verifiedfan/ports';
import { control } from './control.ts';
import { SandboxError } from './errors.ts';
import { readBody, send } from './exchange.ts';
import { createHost, type StandInControls } from './host.ts';
import { json, type StandInDefinition } from './stand-in.ts';
import { discoveryStandIn } from './stand-ins/discovery.ts';
import { fastlyStandIn } from './stand-ins/fastly.ts';
import { gitlabStandIn } from './stand-ins/gitlab.ts';
import { slackStandIn } from './stand-ins/slack.ts';
import { telesignStandIn } from './stand-ins/telesign.ts';
import { createMemoryStore, type SandboxStore } from './store.ts';

export type SandboxOptions = {
  clock: Clock;
  random: Random;
  /** Keeps what the stand-ins receive. @default in memory */
  store?: SandboxStore | undefined;
  /** @default all of them with their documented credentials */
  standIns?: readonly StandInDefinition[] | undefined;
  /** Requests that each stand-in remembers. @default 1_000 */
  rememberedRequests?: number | undefined;
};

export type Sandbox = {
  /** Port 0 takes a free one. Rejects with the system's own error, such as `EADDRINUSE`. Resolves with the address. */
  listen(options?: { port?: number; host?: string }): Promise<string>;
  /** `http://host:port`; throws `not_listening` before `listen` and after `close`. */
  readonly url: string;
  /** The controls of one stand-in; throws `unknown_stand_in`. */
  standIn(name: string): StandInControls;
  /** Stops listening and drops open connections; answers that were delayed are not sent any more. */
  close(): Promise<void>;
};

/** Stand-ins for third parties behind one HTTP server, each below its own path, and their controls below `/control`. */
export const createSandbox = (options: SandboxOptions): Sandbox => {
  const { clock, random, store = createMemoryStore(), rememberedRequests: capacity = 1000 } = options;
  const definitions = options.standIns ?? [
    slackStandIn(),
    telesignStandIn(),
    discoveryStandIn(),
    fastlyStandIn(),
    gitlabStandIn(),
  ];
  const hosts = new Map(
    definitions.map((definition) => [definition.name, createHost({ definition, clock, random, store, capacity })]),
  );
  const closing = new AbortController();

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const url = new URL(`http://sandbox${incoming.url ?? '/'}`);
    const [, name = '', ...rest] = url.pathname.split('/');
    const host = hosts.get(name);
    if (host !== undefined) {
      const gone = new AbortController();
      outgoing.once('close', () => gone.abort());
      const target = new URL(`http://sandbox/${rest.join('/')}${url.search}`);
      return host.serve(incoming, outgoing, target, AbortSignal.any([gone.signal, closing.signal]));
    }
    const body = (await readBody(incoming)) ?? '';
    if (name === 'control') {
      return send(outgoing, 'control', await control(hosts, { method: incoming.method ?? 'GET', url, body }));
    }
    const known = name === '' || name === 'health';
    send(outgoing, 'sandbox', json({ standIns: [...hosts.keys()] }, { status: known ? 200 : 404 }));
  };

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => {
      if (!outgoing.headersSent) send(outgoing, 'sandbox', json({ error: 'stand_in_failed' }, { status: 500 }));
      else outgoing.destroy();
    });
  });
  const address = (): AddressInfo | null => server.address() as AddressInfo | null;
  const url = (): string => {
    const bound = address();
    if (bound === null) throw new SandboxError('not_listening', 'the sandbox is not listening');
    return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
  };

  return {
    async listen({ port = 0, host = '127.0.0.1' } = {}) {
      if (server.listening) throw new SandboxError('already_listening', 'the sandbox is listening already');
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
    standIn(name) {
      const host = hosts.get(name);
      if (host === undefined) throw new SandboxError('unknown_stand_in', `the sandbox has no stand-in "${name}"`);
      return host;
    },
    async close() {
      closing.abort();
      if (!server.listening) return;
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
};
