import { assertOptions } from '@verifiedfan/driver';
import { type CallsOptions, createCalls } from '@verifiedfan/driver/calls';
import { type Cache, type Clock, PortError, type Random } from '@verifiedfan/ports';
import { createCache } from './cache.ts';
import { assertName } from './checks.ts';
import { openConnection } from './connection.ts';
import { isAccessError, toPortError } from './errors.ts';
import type { Use } from './use.ts';

export type RedisCachesOptions = CallsOptions<Use> & {
  /** `redis://…` or `rediss://…`. It is never printed. */
  url: string;
  /** In front of all keys, so that estates and stages can share a server; 1 to 64 of `A-Z a-z 0-9 . _ -`. @default verifiedfan */
  namespace?: string | undefined;
  /** For time limits. Expiry follows the server's clock. */
  clock: Clock;
  /** For the jitter between attempts to connect. */
  random: Random;
  /** Time that one command may take, in milliseconds; after it the connection is given up. @default 1_000 */
  timeoutMs?: number | undefined;
  /** Time that one attempt to connect may take, in milliseconds. @default 3_000 */
  connectTimeoutMs?: number | undefined;
};

export type RedisCaches = {
  /** A cache by its name; keys of different caches never meet. */
  cache(name: string): Cache;
  /** Resolves when the server answers. Throws `unavailable` when it cannot be reached, `validation` when it refuses the credentials. */
  verify(): Promise<void>;
  /** Calls under way end first; later ones are `closed`. Closing twice is closing once. */
  close(): Promise<void>;
};

const OPTION_NAMES = ['url', 'namespace', 'clock', 'random', 'tracer', 'onUse', 'timeoutMs', 'connectTimeoutMs'];

/** Caches on one Redis server, over one connection that is made at once and made again whenever it is lost. */
export const createRedisCaches = (options: RedisCachesOptions): RedisCaches => {
  assertOptions(options, OPTION_NAMES);
  const { url, namespace = 'verifiedfan', clock, random, timeoutMs = 1_000, connectTimeoutMs = 3_000 } = options;
  assertName('the namespace', namespace);
  const connection = openConnection({ url, clock, random, timeoutMs, connectTimeoutMs });
  const calls = createCalls<Use>({ options, system: 'redis', what: 'the cache', toPortError });
  let closing: Promise<void> | undefined;

  const ping = async (): Promise<void> => {
    try {
      await connection.send(['PING']);
    } catch (error) {
      const refused = isAccessError(error) || isAccessError(connection.lastError);
      throw new PortError({
        code: refused ? 'validation' : 'unavailable',
        message: refused ? 'Redis refuses the credentials' : 'Redis cannot be reached',
        cause: refused ? undefined : error,
      });
    }
  };

  return {
    cache(name) {
      assertName('the name of a cache', name);
      return createCache({ name, prefix: `${namespace}:${name}:`, connection, calls });
    },
    verify: () => calls.run(namespace, { operation: 'ping', requests: 1, bytes: 0 }, ping),
    close() {
      closing ??= calls.end().then(() => connection.close());
      return closing;
    },
  };
};
