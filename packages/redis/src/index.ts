export { createRedisCaches, type RedisCaches, type RedisCachesOptions } from './caches.ts';
export type { Use } from './use.ts';
