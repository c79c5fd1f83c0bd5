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
import { CAMPAIGN_ERRORS } from './errors.ts';
import { withRights } from './rights/index.ts';

export type CampaignServiceOptions = {
  /** Holds the collections `campaigns`, `markets` and `idempotencyKeys`. */
  database: Database;
  clock: Clock;
  random: Random;
  log: ServiceLog;
  verifyToken: VerifyToken;
  tracing?: ServiceTracing | undefined;
  /** Fail on answers that break their contract. For tests. @default false */
  strict?: boolean | undefined;
};

export type CampaignService = ServiceServer & {
  /** The rules behind the routes, for callers in the same process. */
  manager: CampaignManager;
};

/** The service of campaigns and their markets: routes → manager → datastore. */
export const createCampaignService = (options: CampaignServiceOptions): CampaignService => {
  const { clock, random, log, verifyToken, tracing, strict } = options;
  const database = traceDatabase(options.database, tracing);
  const datastore = createCampaignDatastore({ database, clock });
  const manager = createCampaignManager({ datastore, clock, random });
  const keys = database.collection<StoredAttempt>('idempotencyKeys', { indexes: IDEMPOTENCY_INDEXES });
  const server = createServiceServer({
    name: 'campaign-service',
    version: '0.1.0',
    routes: withRights(createCampaignRoutes({ manager })),
    errors: CAMPAIGN_ERRORS,
    idempotencyStore: createIdempotencyStore({ collection: keys, clock }),
    checks: {
      campaigns: async () => {
        await datastore.findById('ready');
      },
    },
    verifyToken,
    clock,
    random,
    log,
    tracing,
    strict,
  });
  return { ...server, manager };
};
