import type { Bucket, PutObjectResult } from '@verifiedfan/ports';
import type { Meter } from './meter.ts';
import type { PricedUnit } from './prices.ts';

/** What is larger goes up in parts of this size, and each part is a write of its own. */
const PART_BYTES = 8 * 1_048_576;

/**
 * The same bucket; deleting costs nothing, listing as much as writing, as S3 bills. The driver reads what it says of an object from
 * ListObjectVersions, a list: `head` is nothing else, `get` and `put` ask for one besides.
 */
export const meteredBucket = (bucket: Bucket, meter: Meter): Bucket => {
  const add = (operation: string, unit: PricedUnit, { requests = 1, bytes = 0, entries = 1 } = {}): void =>
    meter.add({ service: 'S3', resource: bucket.name, operation, requests, entries, bytes, unit, units: requests });
  /** Once more, if the condition of a long upload is looked at before its parts are sent. */
  const listsOf = ({ outcome }: PutObjectResult, parts: number, isConditional: boolean): number =>
    (outcome === 'stored' ? 1 : 0) + (parts > 1 && isConditional ? 1 : 0);
  return {
    ...bucket,
    async put(options) {
      const result = await bucket.put(options);
      const bytes = result.outcome === 'stored' ? result.info.size : 0;
      const parts = Math.ceil(bytes / PART_BYTES);
      // A multipart upload is begun and completed by a request each.
      const uploads = parts > 1 ? parts + 2 : 1;
      const isConditional = options.ifAbsent === true || options.ifMatch !== undefined;
      add('put', 'S3 write', { requests: uploads + listsOf(result, parts, isConditional), bytes });
      return result;
    },
    async get(options) {
      const result = await bucket.get(options);
      add('get', 'S3 write', { entries: 0 });
      if (result !== undefined) add('get', 'S3 read', { bytes: result.info.size });
      return result;
    },
    async head(options) {
      const info = await bucket.head(options);
      add('head', 'S3 write');
      return info;
    },
    async list(options) {
      const result = await bucket.list(options);
      add('list', 'S3 write', { entries: result.objects.length });
      return result;
    },
    async versions(key) {
      const result = await bucket.versions(key);
      add('versions', 'S3 write', { entries: result.length });
      return result;
    },
    async delete(options) {
      await bucket.delete(options);
      add('delete', 'free');
    },
  };
};
