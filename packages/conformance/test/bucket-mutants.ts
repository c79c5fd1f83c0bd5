import type { Bucket, ObjectInfo, PutObjectOptions } from '@verifiedfan/ports';
import type { BucketNotificationsSubject } from '../src/index.ts';

/** A broken bucket. */
export type Flaw = (subject: BucketNotificationsSubject) => BucketNotificationsSubject;
export type Flaws = Record<string, Record<string, Flaw>>;

export const inBucket =
  (damage: (bucket: Bucket) => Partial<Bucket>): Flaw =>
  ({ bucket, notifications }) => ({ notifications, bucket: { ...bucket, ...damage(bucket) } });
export const puttingWith = (change: (options: PutObjectOptions) => PutObjectOptions): Flaw =>
  inBucket((bucket) => ({ put: (options) => bucket.put(change(options)) }));
export const unconditional = puttingWith(({ key, body }) => ({ key, body }));
export const withInfo = (change: (info: ObjectInfo) => ObjectInfo): Flaw =>
  inBucket((bucket) => ({
    async put(options) {
      const result = await bucket.put(options);
      return result.outcome === 'stored' ? { outcome: 'stored', info: change(result.info) } : result;
    },
    versions: async (key) => (await bucket.versions(key)).map(change),
  }));
export const listingWith = (change: (keys: ObjectInfo[]) => ObjectInfo[]): Flaw =>
  inBucket((bucket) => ({
    async list(options) {
      const page = await bucket.list(options);
      return { ...page, objects: change(page.objects) };
    },
  }));
export const asciiOnly = (key: string): string => key.replace(/[^ -~]/gu, '_');
export const withKeys = (change: (key: string) => string): Flaw =>
  inBucket((bucket) => ({
    put: (options) => bucket.put({ ...options, key: change(options.key) }),
    get: (options) => bucket.get({ ...options, key: change(options.key) }),
  }));
