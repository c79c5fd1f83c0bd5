import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@verifiedfan/ports';

export type ListenOptions = {
  /** 0 takes any free port. @default 0 */
  port?: number | undefined;
  /** @default '127.0.0.1' */
  host?: string | undefined;
};

export type CloseOptions = {
  /** How long requests under way may take to end, in milliseconds; then their connections are cut. @default 5_000 */
  graceMs?: number | undefined;
  /**
   * How long the server goes on taking connections while `/ready` says that it is closing, in milliseconds, so that load balancers have
   * looked elsewhere before the port is closed. @default 0
   */
  drainMs?: number | undefined;
};

export type Listening = {
  /** Such as `http://127.0.0.1:8080`. */
  url: string;
  port: number;
  /** Takes no new connections, lets requests under way end, and closes idle connections at once. May be called again. */
  close(options?: CloseOptions): Promise<void>;
};

export type HttpOptions = {
  clock: Clock;
  /** Longest time for a whole request to arrive, in milliseconds. @default 30_000 */
  requestTimeoutMs?: number | undefined;
  /** How long an idle connection stays open, in milliseconds: longer than a load balancer's 60 s. @default 65_000 */
  keepAliveTimeoutMs?: number | undefined;
};

export const createHttpServer = (
  listener: RequestListener,
  { requestTimeoutMs = 30_000, keepAliveTimeoutMs = 65_000 }: Omit<HttpOptions, 'clock'>,
): Server =>
  createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(10_000, requestTimeoutMs),
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(30_000, requestTimeoutMs),
    },
    listener,
  );

const hostInUrl = ({ address, family }: AddressInfo): string => (family === 'IPv6' ? `[${address}]` : address);

const closeServer = async (server: Server, clock: Clock, graceMs: number): Promise<void> => {
  const done = new AbortController();
  // Closes idle connections too: https://nodejs.org/api/http.html#serverclosecallback
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const cut = async (): Promise<void> => {
    await clock.sleep(graceMs, done.signal);
    if (!done.signal.aborted) server.closeAllConnections();
  };
  const cutting = cut();
  await closed;
  done.abort();
  await cutting;
};

type Hooks = {
  /** Called when closing begins, each time. */
  onClose: () => void;
  /** Called once nothing is connected any more. */
  onClosed: () => void;
};

/** Starts to listen; rejects with Node's own error when the port is taken. */
export const listen = async (
  server: Server,
  { port = 0, host = '127.0.0.1', clock, onClose, onClosed }: ListenOptions & Hooks & { clock: Clock },
): Promise<Listening> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const drainAndClose = async (graceMs: number, drainMs: number): Promise<void> => {
    if (drainMs > 0) await clock.sleep(drainMs);
    await closeServer(server, clock, graceMs);
    onClosed();
  };
  return {
    url: `http://${hostInUrl(address)}:${address.port}`,
    port: address.port,
    close({ graceMs = 5_000, drainMs = 0 } = {}) {
      onClose();
      closing ??= drainAndClose(graceMs, drainMs);
      return closing;
    },
  };
};
