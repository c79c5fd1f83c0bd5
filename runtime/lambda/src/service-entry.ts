import { createLog } from '@verifiedfan/log';
import { type Configuration, createTokens, openTracing, readConfiguration, systemClock } from '@verifiedfan/platform';
import type { Clock, Database, Random } from '@verifiedfan/ports';
import type { ServiceLog, ServiceServer, ServiceTracing, VerifyToken } from '@verifiedfan/service';
import type { OpenPlatform } from './open-platform.ts';

export type ServiceOptions = {
  database: Database;
  clock: Clock;
  random: Random;
  log: ServiceLog;
  verifyToken: VerifyToken;
  tracing?: ServiceTracing | undefined;
};
export type StartServiceOptions = {
  /** Its name in tokens, spans and log lines. */
  name: string;
  /** The database that holds its collections. */
  database: string;
  createService(options: ServiceOptions): ServiceServer;
  openPlatform: OpenPlatform;
  /** @default what the environment says */
  configuration?: Configuration;
};

/** Where a container listens. */
export const SERVICE_PORT = 8_080;

/**
 * One REST service as a process of its own: listens on every interface of its container until SIGTERM, then lets what is under way end, and
 * closes what it opened. Throws, and so ends the container, when it cannot start.
 */
export const startService = async (options: StartServiceOptions): Promise<void> => {
  const { name, createService, openPlatform, configuration = readConfiguration() } = options;
  const log = createLog({ service: name, level: configuration.logLevel, clock: systemClock });
  const [platform, tracing] = await Promise.all([
    openPlatform({ catalogue: {}, configuration }),
    openTracing(configuration, name),
  ]);
  const { clock, random } = platform;
  const tokens = await createTokens(platform);
  const service = createService({
    database: platform.database(options.database),
    clock,
    random,
    log,
    tracing,
    verifyToken: tokens.verifier(name),
  });
  const { url, close } = await service.listen({ port: SERVICE_PORT, host: '0.0.0.0' });
  log.info('listening', { url });
  process.once('SIGTERM', () => {
    const stop = async (): Promise<void> => {
      await close();
      await tracing?.shutdown();
      await platform.close();
    };
    void stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('not closed', { error });
        process.exit(1);
      },
    );
  });
};
