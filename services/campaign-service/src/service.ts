import type { Clock, Database, Random } from '@verifiedfan/ports';
import {
  createIdempotencyStore,
  createServiceServer,
  IDEMPOTENCY_INDEXES,
  type ServiceLog,
  type ServiceServer,
  type ServiceTracing,
  type StoredAttempt,
  traceDatabase,
  type VerifyToken,
} from '@verifiedfan/service';
import { createCampaignDatastore } from './campaigns/datastore.ts';
import { type CampaignManager, createCampaignManager } from './campaigns/manager.ts';
import { createCampaignRoutes } from './campaigns/routes.ts';
import { traceWrites } from './campaigns/trace-writes.ts';
import { createPersist } from './contention.ts';
import { CAMPAIGN_ERRORS } from './errors.ts';
import { createLifeCycle, createLifeCycleRoutes } from './life-cycle/index.ts';
import {
  type Catalogue,
  createCatalogueChecker,
  createMarketDatastore,
  createMarketManager,
  createMarketRoutes,
  type MarketManager,
} from './markets/index.ts';
import {
  type CampaignDestinations,
  createOutboxRoutes,
  createRelay,
  outboxGauges,
  type Relay,
  type RelayOptions,
} from './outbox/index.ts';
import { createPartners, PARTNER_ERRORS, type PartnerOptions } from './partners.ts';
import { withRights } from './rights/index.ts';

export type CampaignServiceOptions = PartnerOptions & {
  /** Holds the collections `campaigns`, `markets`, `outbox`, `leases`, `promoters`, `audits` and `idempotencyKeys`. */
  database: Database;
  clock: Clock;
  random: Random;
  log: ServiceLog;
  verifyToken: VerifyToken;
  tracing?: ServiceTracing | undefined;
  /** Who is told of changes; all processes of one installation name the same. @default nobody */
  destinations?: CampaignDestinations | undefined;
  relay?: Pick<RelayOptions, 'holder' | 'lookMs' | 'leaseMs' | 'timeoutMs' | 'retry' | 'keepSentMs'> | undefined;
  /** Where events and venues of markets are looked up. @default `discovery`; without it markets are taken unchecked */
  catalogue?: Catalogue | undefined;
  /** Whether a market is taken, unchecked, while the catalogue cannot be asked. @default open */
  catalogueCheck?: 'open' | 'closed' | undefined;
  /** Fail on answers that break their contract. For tests. @default false */
  strict?: boolean | undefined;
};

export type CampaignService = ServiceServer & {
  /** The rules behind the routes, for callers in the same process. */
  manager: CampaignManager;
  /** The same for single markets. */
  markets: MarketManager;
  /** Takes events to their destinations. Whoever makes the service starts it, once, and stops it before the database is closed. */
  relay: Relay;
};

/** The service of campaigns and their markets: routes → manager → datastore. */
export const createCampaignService = (options: CampaignServiceOptions): CampaignService => {
  const { clock, random, log, verifyToken, tracing, strict, destinations = {}, catalogueCheck = 'open' } = options;
  const database = traceDatabase(options.database, tracing);
  const relay = createRelay({
    ...options.relay,
    database: options.database,
    destinations,
    clock,
    random,
    log,
    tracing,
  });
  const stored = createCampaignDatastore({
    database,
    clock,
    destinations: relay.destinations,
    onPublished: relay.wake,
  });
  const datastore = traceWrites(stored, { tracing });
  const persist = createPersist({ clock, random });
  const lifeCycle = createLifeCycle({ datastore, clock, log, persist });
  const partners = createPartners({ ...options, database, tracing, persist });
  const catalogue = createCatalogueChecker({
    catalogue: options.catalogue ?? partners.catalogue,
    whenUnavailable: catalogueCheck,
    clock,
  });
  const manager = createCampaignManager({ datastore, catalogue, clock, random, persist });
  const markets = createMarketManager({
    campaigns: datastore,
    markets: createMarketDatastore({ database }),
    catalogue,
    clock,
    random,
    persist,
  });
  const keys = database.collection<StoredAttempt>('idempotencyKeys', { indexes: IDEMPOTENCY_INDEXES });
  const server = createServiceServer({
    name: 'campaign-service',
    version: '0.1.0',
    routes: withRights([
      ...createLifeCycleRoutes(lifeCycle),
      ...createCampaignRoutes({ manager }),
      ...createMarketRoutes({ markets }),
      ...createOutboxRoutes({ relay }),
      ...partners.routes,
    ]),
    errors: { ...CAMPAIGN_ERRORS, ...PARTNER_ERRORS },
    idempotencyStore: createIdempotencyStore({ collection: keys, clock }),
    checks: {
      campaigns: async () => {
        await datastore.findById('ready');
      },
    },
    gauges: outboxGauges(relay),
    verifyToken,
    clock,
    random,
    log,
    tracing,
    strict,
  });
  return { ...server, manager, markets, relay };
};
