import type { Cache } from '@verifiedfan/ports';

/** As much of tracing as this package needs. */
export type CacheTracing = {
  readonly enabled: boolean;
  span<T>(settings: { name: string; kind: 'client'; attributes?: Record<string, string> }, run: () => T): T;
};

/**
 * The same cache with a span around each call, named `redis.get` and so on after what it is in production, without keys and values.
 * Without tracing it is the cache itself. `correlation` answers the id of the work under way.
 */
export const traceCache = (
  cache: Cache,
  { tracing, correlation }: { tracing: CacheTracing | undefined; correlation?: () => string | undefined },
): Cache => {
  if (tracing?.enabled !== true) return cache;
  const inSpan = <T>(operation: string, call: () => Promise<T>): Promise<T> => {
    const id = correlation?.();
    const attributes = id === undefined ? {} : { 'correlation.id': id };
    return tracing.span({ name: `redis.${operation}`, kind: 'client', attributes }, call);
  };
  return {
    get: (key) => inSpan('get', () => cache.get(key)),
    set: (...call) => inSpan('set', () => cache.set(...call)),
    delete: (...call) => inSpan('delete', () => cache.delete(...call)),
  };
};
