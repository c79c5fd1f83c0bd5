import { createRedisCaches } from '@verifiedfan/redis';
import { readAddress } from './address-secret.ts';
import type { AwsKinds } from './kinds.ts';

/** The address is the secret `redisUri`. */
export const openCaches: NonNullable<AwsKinds['cache']> = async (context) => {
  const { names, clock, random } = context;
  const url = await readAddress(context, 'redisUri');
  const caches = createRedisCaches({ url, namespace: names.prefix, clock, random });
  return { open: (name) => caches.cache(name), verify: caches.verify, close: caches.close };
};
