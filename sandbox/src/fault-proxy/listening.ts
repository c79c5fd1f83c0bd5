import type { AddressInfo, Server, Socket } from 'node:net';
import { SandboxError } from '../errors.ts';

/** What both proxies have in common: they listen, and can be taken away and brought back on the same port. */
export type ProxyDoor = {
  /** Port 0 takes a free one. Rejects with the system's own error, such as `EADDRINUSE`. Resolves with the port. */
  listen(options?: { port?: number | undefined }): Promise<number>;
  /** Throws `not_listening` before `listen`; keeps its value while the server is down. */
  readonly port: number;
  /** As when the server's process has ended: open connections are reset, new ones refused, until `up`. */
  down(): Promise<void>;
  /** Listens on the same port again. */
  up(): Promise<void>;
  /** Ends it with all connections; a second call does nothing. */
  close(): Promise<void>;
};

const HOST = '127.0.0.1';

const open = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

/** `server` is one of Node's own, TCP or HTTP, that does not listen yet. */
export const createDoor = (server: Server): ProxyDoor => {
  const sockets = new Set<Socket>();
  let port: number | undefined;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  const shut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  const known = (): number => {
    if (port === undefined) throw new SandboxError('not_listening', 'the proxy is not listening');
    return port;
  };

  return {
    async listen({ port: wanted = 0 } = {}) {
      if (port !== undefined) throw new SandboxError('already_listening', 'the proxy is listening already');
      port = await open(server, wanted);
      return port;
    },
    get port() {
      return known();
    },
    down: shut,
    async up() {
      if (!server.listening) await open(server, known());
    },
    close: shut,
  };
};
