import type { Clock } from '@verifiedfan/ports';

export type RateLimit = {
  /** How fast permits come back. */
  perSecond: number;
  /** How many may be used at once after a quiet time. */
  burst: number;
};

/** A bucket of permits per key. `take` answers 0 when there was one, or else the whole seconds to wait, as `Retry-After` has them. */
export const createRateLimiter = ({ clock, limit }: { clock: Clock; limit: RateLimit | undefined }) => {
  const buckets = new Map<string, { permits: number; atMs: number }>();
  return {
    take(key: string): number {
      if (limit === undefined) return 0;
      const nowMs = clock.now();
      const { permits, atMs } = buckets.get(key) ?? { permits: limit.burst, atMs: nowMs };
      const available = Math.min(limit.burst, permits + ((nowMs - atMs) / 1000) * limit.perSecond);
      const taken = available >= 1;
      buckets.set(key, { permits: taken ? available - 1 : available, atMs: nowMs });
      return taken ? 0 : Math.max(1, Math.ceil((1 - available) / limit.perSecond));
    },
    reset: () => buckets.clear(),
  };
};
