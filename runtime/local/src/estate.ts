import { createEmbeddedPlatform, type Owner, ownDirectory } from '@verifiedfan/platform';
import type { Catalogue, JsonValue, Platform } from '@verifiedfan/ports';
import { createHandler, type Handler, type Worker, type WorkerHost, type WorkerLog } from '@verifiedfan/worker';
import { createEngine, type Engine } from './engine.ts';
import { type Services, startServices } from './services.ts';
import { createTokens, type Tokens } from './tokens.ts';

export type EstateOptions = {
  /** The data directory; owned by this process until `close`. */
  directory: string;
  owner: Owner;
  catalogue: Catalogue;
  workers: Readonly<Record<string, Worker>>;
  log: EstateLog;
  /** Where the services listen. Without a port they take free ones. @default loopback */
  listen?: { port?: number | undefined; host?: string | undefined };
};
export type EstateLog = WorkerLog & { at(path: string): EstateLog };

/**
 * The whole product in one process: stores, services, workers, GraphQL and stand-ins. Each part starts when it is first asked for, so
 * a command that prints counts opens one table, and a command that loads starts everything.
 */
export type Estate = {
  directory: string;
  platform: Platform;
  tokens(): Promise<Tokens>;
  services(): Promise<Services>;
  /** The workers between their sources, running. */
  engine(): Promise<Engine>;
  /** A worker as the Lambda handler that it is on AWS, without its source. */
  handler(name: string): Promise<Handler>;
  close(options?: { graceMs?: number }): Promise<void>;
};

export const openEstate = (options: EstateOptions): Estate => {
  const { directory, owner, catalogue, workers, log } = options;
  const lock = ownDirectory(directory, owner);
  const readHere = new Set(Object.values(workers).flatMap(({ sources }) => sources.map(({ resource }) => resource)));
  const platform = createEmbeddedPlatform({ directory, catalogue, readHere });

  const tokens = once(() => createTokens(platform));
  const services = once(async (): Promise<Services> => {
    const invoke = async (name: string, event: unknown): Promise<JsonValue> => (await handler(name))(event);
    return startServices({ directory, platform, tokens: await tokens(), log, invoke, listen: options.listen ?? {} });
  });
  const host = once(async (): Promise<Omit<WorkerHost, 'upstream'>> => {
    const [{ endpoint }, { verifier, worker }] = await Promise.all([services(), tokens()]);
    const verifyToken: WorkerHost['verifyToken'] = async ({ token, audience }) => verifier(audience)(token);
    return { platform, log: log.at('workers'), endpoint, workerToken: worker, verifyToken };
  });
  const engine = once(async (): Promise<Engine> => {
    const made = createEngine({ workers, catalogue, host: await host() });
    await made.start();
    return made;
  });
  // Made once per worker: a handler keeps the worker's services, such as its connections.
  const handlers = new Map<string, Promise<Handler>>();
  const makeHandler = async (name: string): Promise<Handler> => {
    const worker = Object.hasOwn(workers, name) ? workers[name] : undefined;
    if (worker === undefined) throw new TypeError(`there is no worker ${name}`);
    // Without the engine nothing can be under way, and nobody can tell either.
    return createHandler({ name, worker, host: { ...(await host()), upstream: { drained: async () => 'unknown' } } });
  };
  const handler = (name: string): Promise<Handler> => {
    const made = handlers.get(name) ?? makeHandler(name);
    handlers.set(name, made);
    return made;
  };

  return {
    directory,
    platform,
    tokens,
    services,
    engine,
    handler,
    async close({ graceMs = 10_000 } = {}) {
      await (await engine.started())?.stop({ graceMs });
      await (await services.started())?.close();
      await platform.close();
      lock.release();
    },
  };
};

/** Runs `make` at the first call; every later call gets the same. `started` waits for it if it was begun. */
const once = <T>(make: () => Promise<T>): (() => Promise<T>) & { started(): Promise<T | undefined> } => {
  let made: Promise<T> | undefined;
  const get = (): Promise<T> => {
    made ??= make();
    return made;
  };
  return Object.assign(get, { started: async () => made?.catch(() => undefined) });
};
