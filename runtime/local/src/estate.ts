import { type Meter, metered } from '@verifiedfan/metering';
import {
  type Configuration,
  createEmbeddedPlatform,
  type Owner,
  openTracing,
  ownDirectory,
  readConfiguration,
} from '@verifiedfan/platform';
import { type Catalogue, type Platform, PortError } from '@verifiedfan/ports';
import { type Handler, invoke, prepareWorker, type Worker, type WorkerHost } from '@verifiedfan/worker';
import { createEngine, type Engine } from './engine.ts';
import type { EstateLog } from './log.ts';
import { once, oncePerName, runAll } from './once.ts';
import { type Services, startServices } from './services.ts';
import { createTokens, type Tokens } from './tokens.ts';

export type EstateOptions = {
  /** The data directory; owned by this process until `close`. */
  directory: string;
  owner: Owner;
  catalogue: Catalogue;
  workers: Readonly<Record<string, Worker>>;
  log: EstateLog;
  /** What the estate stands on, closed with it. @default an embedded platform in the directory */
  platform?: Platform | undefined;
  /** How often a command that waits for the workers looks again, in milliseconds; see `EngineOptions`. @default never */
  lookAgainMs?: number | undefined;
  /** Counts what would be used on AWS. @default nothing is counted */
  meter?: Meter | undefined;
  /** Where the services listen. Without a port they take free ones. @default loopback */
  listen?: { port?: number | undefined; host?: string | undefined };
  /** Where spans go, and what campaign-service is told. @default what the environment says */
  configuration?:
    | (Pick<Configuration, 'collectorHost' | 'collectorPort'> & Partial<Pick<Configuration, 'campaignSettings'>>)
    | undefined;
};

/**
 * The whole product in one process: stores, services, workers, GraphQL and stand-ins. Each part starts when it is first asked for, so
 * a command that prints counts opens one table, and a command that loads starts everything.
 */
export type Estate = {
  directory: string;
  platform: Platform;
  /** What was used so far, if anybody counts. */
  meter: Meter | undefined;
  tokens(): Promise<Tokens>;
  services(): Promise<Services>;
  /** The workers between their sources, running. */
  engine(): Promise<Engine>;
  /** A worker as the Lambda handler that it is on AWS, without its source. */
  handler(name: string): Promise<Handler>;
  /** Stops the workers, waiting up to `graceMs` (10,000 unless told otherwise) for what they have begun, then closes everything. */
  close(options?: { graceMs?: number }): Promise<void>;
};

const releaseOnError = <T>(lock: { release(): void }, make: () => T): T => {
  try {
    return make();
  } catch (error) {
    lock.release();
    throw error;
  }
};

/** How long a closing estate waits for its spans to leave, in milliseconds. */
const FLUSH_MS = 1_000;

/**
 * Takes the directory and opens nothing yet. Throws `DirectoryOwnedError` when another process owns it, and `PortError` (`read_only`,
 * `disk_full`) when it cannot be written.
 */
export const openEstate = (options: EstateOptions): Estate => {
  const { directory, owner, catalogue, workers, log, meter, configuration = readConfiguration() } = options;
  const lock = ownDirectory(directory, owner);
  const readHere = new Set(Object.values(workers).flatMap(({ sources }) => sources.map(({ resource }) => resource)));
  const ground = releaseOnError(
    lock,
    () => options.platform ?? createEmbeddedPlatform({ directory, catalogue, readHere }),
  );
  const platform = meter === undefined ? ground : metered(ground, meter);
  let closing: Promise<void> | undefined;
  /** What is begun after `close` would be closed by nobody. */
  const assertOpen = (): void => {
    if (closing !== undefined) throw new PortError({ code: 'closed', message: 'the estate is closed' });
  };

  const tracing = once(async () => {
    assertOpen();
    return openTracing(configuration, 'verifiedfan');
  });
  const tokens = once(() => createTokens(platform));
  const services = once(async (): Promise<Services> => {
    assertOpen();
    return startServices({
      directory,
      platform,
      catalogue,
      isAlone: options.platform === undefined,
      tokens: await tokens(),
      log,
      invoke: async (name, event, context) => (await handler(name))(event, context),
      listen: options.listen ?? {},
      tracing: await tracing(),
      campaignSettings: configuration.campaignSettings,
    });
  });
  const host = once(async (): Promise<Omit<WorkerHost, 'upstream'>> => {
    const [{ endpoint }, { verifier, worker }, tracer] = await Promise.all([services(), tokens(), tracing()]);
    const verifyToken: WorkerHost['verifyToken'] = async ({ token, audience }) => verifier(audience)(token);
    return { platform, log: log.at('workers'), endpoint, workerToken: worker, verifyToken, tracer };
  });
  const engine = once(async (): Promise<Engine> => {
    assertOpen();
    const made = createEngine({
      workers,
      catalogue,
      host: await host(),
      lookAgainMs: options.lookAgainMs,
      relays: [(await services()).campaigns.relay],
    });
    await made.start();
    return made;
  });
  const handler = oncePerName(async (name: string): Promise<Handler> => {
    const worker = Object.hasOwn(workers, name) ? workers[name] : undefined;
    if (worker === undefined) throw new TypeError(`there is no worker ${name}`);
    // Without the engine nothing can be under way, and nobody can tell either.
    const upstream = { drained: async () => 'unknown' as const };
    const prepared = prepareWorker({ name, worker, host: { ...(await host()), upstream } });
    return (event, context = {}) => invoke(prepared, event, context);
  });

  const close = (graceMs: number): Promise<void> =>
    runAll([
      async () => (await engine.started())?.stop({ graceMs }),
      async () => (await services.started())?.close({ graceMs }),
      async () => (await tracing.started())?.shutdown({ timeoutMs: FLUSH_MS }),
      () => platform.close(),
      async () => lock.release(),
    ]);

  return {
    directory,
    platform,
    meter,
    tokens,
    services,
    engine,
    handler,
    close({ graceMs = 10_000 } = {}) {
      closing ??= close(graceMs);
      return closing;
    },
  };
};
