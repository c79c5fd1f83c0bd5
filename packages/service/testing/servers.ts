import type { TestContext } from 'node:test';
import { openSqliteCache, openSqliteDatabase } from '@verifiedfan/embedded';
import type { Cache, Clock, Database } from '@verifiedfan/ports';
import { createSeededRandom } from '@verifiedfan/test-utils';

/** What the cases of a service stand on. Each case gets its own, which is closed when the case ends. */
export type TestServers = {
  openDatabase(context: TestContext): Database;
  openCache(context: TestContext, options: { clock: Clock }): Cache;
};

/** The embedded drivers in memory. */
export const EMBEDDED: TestServers = {
  openDatabase(context) {
    const database = openSqliteDatabase({ location: ':memory:', random: createSeededRandom({ seed: 'database' }) });
    context.after(() => database.close());
    return database;
  },
  openCache(context, { clock }) {
    const cache = openSqliteCache({ location: ':memory:', clock });
    context.after(() => cache.close());
    return cache;
  },
};

// State of the module, since test files register their cases when they are imported and cannot be handed anything.
let servers = EMBEDDED;

/**
 * Lets all cases of this process run on other servers. For a test file that then imports those of a service: the runner gives each file a
 * process of its own.
 */
export const runOn = (others: Partial<TestServers>): void => {
  servers = { ...servers, ...others };
};

export const openDatabase: TestServers['openDatabase'] = (context) => servers.openDatabase(context);
export const openCache: TestServers['openCache'] = (context, options) => servers.openCache(context, options);
