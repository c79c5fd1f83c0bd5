import { createLog } from '@verifiedfan/log';
import {
  type Configuration,
  createTokens,
  flushRegularly,
  openTracing,
  readConfiguration,
  systemClock,
} from '@verifiedfan/platform';
import { resources } from '@verifiedfan/workers/resources';
import type { OpenPlatform } from './open-platform.ts';
import { reachedByService } from './reached.ts';
import { type ServiceName, services } from './services/list.ts';
import type { OpenService } from './services/open-service.ts';

export type StartServiceOptions = {
  /** Its name in the list of services, in tokens, spans and log lines. */
  name: ServiceName;
  openService: OpenService;
  openPlatform: OpenPlatform;
  /** @default what the environment says */
  configuration?: Configuration;
};

/**
 * One REST service as a process of its own: listens on every interface of its container until SIGTERM, then lets what is under way end, and
 * closes what it opened. Throws, and so ends the container, when it cannot start.
 */
export const startService = async (options: StartServiceOptions): Promise<void> => {
  const { name, openService, openPlatform, configuration = readConfiguration() } = options;
  const log = createLog({ service: name, level: configuration.logLevel, clock: systemClock });
  const [platform, tracing] = await Promise.all([
    openPlatform({ catalogue: reachedByService(services[name], resources), configuration }),
    openTracing(configuration, name),
  ]);
  const { clock, random } = platform;
  const tokens = await createTokens(platform);
  const database = platform.database(services[name].database);
  const service = await openService(
    { database, clock, random, log, tracing, verifyToken: tokens.checker(name) },
    { platform, endpoints: configuration.endpoints, campaignSettings: configuration.campaignSettings },
  );
  const { url, close } = await service.server.listen({ port: configuration.port, host: '0.0.0.0' });
  service.start?.();
  const flushing = flushRegularly(platform);
  process.once('SIGTERM', () => {
    const stop = async (): Promise<void> => {
      await close({ drainMs: service.drainMs ?? 0 });
      await service.close?.();
      await tracing?.shutdown();
      await flushing.stop();
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
  log.info('listening', { url });
};
