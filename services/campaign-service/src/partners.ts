import { currentCorrelation } from '@verifiedfan/correlation';
import type { Discovery } from '@verifiedfan/discovery';
import type { Gitlab } from '@verifiedfan/gitlab';
import type { Cache, Clock, Database, Random } from '@verifiedfan/ports';
import { traceCache } from '@verifiedfan/read-through';
import { createInSpan, type Route, type ServiceLog, type ServiceTracing } from '@verifiedfan/service';
import { ADMIN_ERRORS, createAdminRoutes, createAudits, createConfigurationManager } from './admin/index.ts';
import {
  CATALOGUE_ERRORS,
  createCatalogueReader,
  createCatalogueRoutes,
  toMarketCatalogue,
} from './catalogue/index.ts';
import type { Persist } from './contention.ts';
import type { Catalogue } from './markets/index.ts';
import { NOT_CONFIGURED_ERRORS } from './not-configured.ts';
import {
  createPromoterDatastore,
  createPromoterManager,
  createPromoterRoutes,
  PROMOTER_ERRORS,
} from './promoters/index.ts';
import { createUserRoutes } from './users/index.ts';

/** Those outside whom the service asks. What is left out answers NOT_CONFIGURED. */
export type PartnerOptions = {
  /** The catalogue of artists, venues and events. */
  discovery?: Discovery | undefined;
  /** Keeps what Discovery answered. @default nothing is kept */
  discoveryCache?: Cache | undefined;
  /** How long its answers are fresh, in milliseconds; an hour longer they are served while newer ones are fetched. @default 300_000 */
  searchCacheTtlMs?: number | undefined;
  /** Keeps promoters. @default nothing is kept */
  promoterCache?: Cache | undefined;
  /** A copy of `discoveryCache` that may lag behind, read first. Promoters are not read from it: they are written here. @default none */
  cacheReplica?: Cache | undefined;
  /** The configuration that admins read and propose changes of. */
  gitlab?: Gitlab | undefined;
};

type Parts = PartnerOptions & {
  database: Database;
  clock: Clock;
  random: Random;
  log: ServiceLog;
  tracing: ServiceTracing | undefined;
  persist: Persist;
};

export type Partners = {
  routes: Route[];
  /** What markets ask; undefined without Discovery. */
  catalogue: Catalogue | undefined;
};

export const PARTNER_ERRORS = {
  ...NOT_CONFIGURED_ERRORS,
  ...CATALOGUE_ERRORS,
  ...PROMOTER_ERRORS,
  ...ADMIN_ERRORS,
} as const;

/** Forgets everything at once. */
const NO_CACHE: Cache = { get: async () => undefined, set: async () => false, delete: async () => {} };

/** Artists, venues, events, promoters, users and the configuration: all that stands around campaigns. */
export const createPartners = (options: Parts): Partners => {
  const { database, clock, random, log, tracing, persist, discovery, gitlab, cacheReplica } = options;
  const cached = (cache: Cache): Cache => traceCache(cache, { tracing, correlation: currentCorrelation });
  const inSpan = createInSpan(tracing);
  const shared = { clock, random, log };
  const reader =
    discovery &&
    createCatalogueReader({
      ...shared,
      discovery,
      cache: cached(options.discoveryCache ?? NO_CACHE),
      replica: cacheReplica && cached(cacheReplica),
      ttlMs: options.searchCacheTtlMs,
      inSpan,
    });
  const promoterCache = cached(options.promoterCache ?? NO_CACHE);
  const promoters = createPromoterDatastore({ ...shared, database, cache: promoterCache });
  const audits = createAudits({ database, clock, random });
  const configuration = gitlab && createConfigurationManager({ gitlab, audits, inSpan });
  return {
    routes: [
      ...createCatalogueRoutes({ catalogue: reader }),
      ...createPromoterRoutes({ manager: createPromoterManager({ datastore: promoters, clock, random, persist }) }),
      ...createUserRoutes(),
      ...createAdminRoutes({ configuration }),
    ],
    catalogue: reader && toMarketCatalogue(reader),
  };
};
