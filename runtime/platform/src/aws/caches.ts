import { createRedisCaches } from '@verifiedfan/redis';
import type { AwsKinds } from './kinds.ts';

/** The address is the secret `redisUri`. */
export const openCaches: NonNullable<AwsKinds['cache']> = async ({ secrets, names, clock, random }) => {
  const caches = createRedisCaches({ url: await secrets.get('redisUri'), namespace: names.prefix, clock, random });
  return { open: (name) => caches.cache(name), verify: caches.verify, close: caches.close };
};
