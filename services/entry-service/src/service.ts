import type { Clock, Database, Metrics, Random } from '@verifiedfan/ports';
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
import type { Entry } from './entry.ts';
import { ENTRY_ERRORS } from './errors.ts';
import { createRegistrationManager } from './registration-manager.ts';
import { createEntryRoutes } from './routes.ts';
import { createScoringManager } from './scoring-manager.ts';
import { createScoringRoute } from './scoring-route.ts';

export type EntryServiceOptions = {
  /** Holds the collections `entries` and `idempotencyKeys`. */
  database: Database;
  clock: Clock;
  random: Random;
  log: ServiceLog;
  verifyToken: VerifyToken;
  /** Counts `entry_scoring_rows` by outcome. */
  metrics?: Pick<Metrics, 'count'> | undefined;
  tracing?: ServiceTracing | undefined;
  /** Fail on answers that break their contract. For tests. @default false */
  strict?: boolean | undefined;
};

// Only registrations with an address are in these indexes: entries that were inserted by scoring cost nothing.
const byAddress = (field: 'email' | 'phone') => ({
  name: field,
  fields: [
    ['campaignId', 1],
    [`registration.${field}`, 1],
  ] as const,
  onlyWhereString: `registration.${field}`,
});

/** The service of registrations and their scoring. */
export const createEntryService = (options: EntryServiceOptions): ServiceServer => {
  const { clock, random, log, verifyToken, metrics, tracing, strict } = options;
  const database = traceDatabase(options.database, tracing);
  const entries = database.collection<Entry>('entries', { indexes: [byAddress('email'), byAddress('phone')] });
  const keys = database.collection<StoredAttempt>('idempotencyKeys', { indexes: IDEMPOTENCY_INDEXES });
  const registrations = createRegistrationManager({ entries, clock, random });
  const scoring = createScoringManager({ entries, random });
  return createServiceServer({
    name: 'entry-service',
    version: '0.1.0',
    routes: [createScoringRoute({ scoring, metrics }), ...createEntryRoutes({ registrations })],
    errors: ENTRY_ERRORS,
    idempotencyStore: createIdempotencyStore({ collection: keys, clock }),
    checks: {
      entries: async () => {
        await entries.findById('ready');
      },
    },
    verifyToken,
    clock,
    random,
    log,
    tracing,
    strict,
  });
};
