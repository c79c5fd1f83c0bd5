import { createCampaignService, type Relay, readCampaignServiceSettings } from '@verifiedfan/campaign-service';
import { createEntryService } from '@verifiedfan/entry-service';
import { createGraphqlGateway, schema } from '@verifiedfan/graphql';
import type { Catalogue, Clock, JsonValue, Platform } from '@verifiedfan/ports';
import type { ServiceTracing } from '@verifiedfan/service';
import type { InvocationContext } from '@verifiedfan/worker';
import { campaignDestinations } from './campaign-destinations.ts';
import { campaignPartners } from './campaign-partners.ts';
import type { EstateLog } from './log.ts';
import { createStandIns } from './stand-ins.ts';
import type { Tokens } from './tokens.ts';

export type Address = { name: string; url: string };

/** Everything of the estate that listens. */
export type Services = {
  addresses: readonly Address[];
  /** The base URL of a service or stand-in by the name that workers use. */
  endpoint(name: string): string;
  campaigns: ReturnType<typeof createCampaignService>;
  /** Takes no more requests, sends what campaigns have to tell the world for up to `graceMs`, and stops. */
  close(options: { graceMs: number }): Promise<void>;
};

export type ServicesOptions = {
  /** The data directory; the stand-ins keep what they receive there. */
  directory: string;
  platform: Platform;
  catalogue: Catalogue;
  /** Whether no other process ever works on this platform. */
  isAlone: boolean;
  tokens: Tokens;
  log: EstateLog;
  /** Calls a worker as AppSync would. */
  invoke(worker: string, event: unknown, context: InvocationContext): Promise<JsonValue>;
  tracing?: ServiceTracing | undefined;
  /** Settings of campaign-service by the names of its README. @default none */
  campaignSettings?: Readonly<Record<string, string | undefined>> | undefined;
  listen: { port?: number | undefined; host?: string | undefined };
};

/** A fixed port is taken by another program. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  readonly code = 'port_taken';
  readonly retryable = false;
  readonly port: number;
  readonly service: string;
  constructor({ port, service }: { port: number; service: string }, options?: ErrorOptions) {
    super(`port ${port} for ${service} is taken; choose another with --port`, options);
    this.port = port;
    this.service = service;
  }
}

type Listening = { url: string; close(): Promise<void> };

/** campaign-service takes the given port, entry-service, GraphQL and the sandbox the next ones; without a port, free ones. */
export const startServices = async ({
  directory,
  platform,
  catalogue,
  isAlone,
  tokens,
  log,
  invoke,
  listen,
  tracing,
  campaignSettings = {},
}: ServicesOptions): Promise<Services> => {
  const { clock, random } = platform;
  const started: { name: string; listening: Listening }[] = [];
  const close = async (): Promise<void> => {
    await Promise.allSettled(started.map(({ listening }) => listening.close()));
  };
  const at = (offset: number) => ({
    port: listen.port === undefined ? 0 : listen.port + offset,
    host: listen.host ?? '127.0.0.1',
  });
  const begin = async (
    name: string,
    offset: number,
    part: { listen(where: { port: number; host: string }): Promise<Listening> },
  ): Promise<void> => {
    try {
      started.push({ name, listening: await part.listen(at(offset)) });
    } catch (cause) {
      await close();
      throw isTaken(cause) ? new PortTakenError({ port: at(offset).port, service: name }, { cause }) : cause;
    }
  };

  const urlOf = (name: string): string => started.find((each) => each.name === name)?.listening.url ?? '';
  const shared = { clock, random };
  const { destinations, close: closeDestinations } = campaignDestinations({
    platform,
    catalogue,
    fastlyUrl: () => `${urlOf('sandbox')}/fastly`,
  });
  const { partners, close: closePartners } = campaignPartners({
    platform,
    catalogue,
    sandboxUrl: () => urlOf('sandbox'),
  });
  const settings = readCampaignServiceSettings(campaignSettings);
  const campaigns = createCampaignService({
    ...shared,
    ...partners,
    ...settings.options,
    cacheReplica: settings.cacheReplica === undefined ? undefined : platform.cache(settings.cacheReplica),
    database: platform.database('campaigns'),
    tracing,
    destinations,
    // Alone, nobody else's events have to be looked for, and what a killed process had begun can be taken up at once.
    ...(isAlone ? { relay: { holder: 'estate', lookMs: Number.POSITIVE_INFINITY } } : {}),
    log: log.at('campaign-service'),
    verifyToken: tokens.verifier('campaign-service'),
  });
  const entries = createEntryService({
    ...shared,
    database: platform.database('entries'),
    tracing,
    log: log.at('entry-service'),
    verifyToken: tokens.verifier('entry-service'),
  });
  const graphql = createGraphqlGateway({
    ...shared,
    schema,
    authorizer: 'validateToken',
    log: log.at('graphql'),
    invoke,
    introspection: true,
    graphiql: true,
  });
  const sandbox = await createStandIns({ directory, platform });
  await begin('campaign-service', 0, campaigns);
  await begin('entry-service', 1, entries);
  await begin('graphql', 2, {
    listen: async (where) => ({ url: await graphql.listen(where), close: () => graphql.close() }),
  });
  await begin('sandbox', 3, sandbox);
  campaigns.relay.start();
  const endpoints: Readonly<Record<string, string>> = {
    campaignService: urlOf('campaign-service'),
    entryService: urlOf('entry-service'),
    slack: `${urlOf('sandbox')}/slack/api`,
    telesign: `${urlOf('sandbox')}/telesign`,
    discovery: `${urlOf('sandbox')}/discovery/discovery/v2`,
    fastly: `${urlOf('sandbox')}/fastly`,
    gitlab: `${urlOf('sandbox')}/gitlab/api/v4`,
  };
  return {
    addresses: started.map(({ name, listening }) => ({ name, url: listening.url })),
    endpoint(name) {
      const url = endpoints[name];
      if (url === undefined) throw new TypeError(`there is no endpoint ${name}`);
      return url;
    },
    campaigns,
    async close({ graceMs }) {
      // Nothing more is written; what was has to leave while those who take it are still there.
      await started.find(({ name }) => name === 'campaign-service')?.listening.close();
      await stopRelay(campaigns.relay, { clock, graceMs });
      await closeDestinations();
      await closePartners();
      await close();
    },
  };
};

const stopRelay = async (relay: Relay, { clock, graceMs }: { clock: Clock; graceMs: number }): Promise<void> => {
  const timer = new AbortController();
  const late = clock.sleep(graceMs, timer.signal);
  // What cannot be sent has been told to the log, and is sent at the next start.
  const sent = relay.drain(timer.signal).catch(() => undefined);
  await Promise.race([sent.then(() => relay.stop()), late.then(() => void relay.stop())]);
  timer.abort();
};

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
