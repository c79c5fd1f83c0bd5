import { assertWhole, invalid } from '@verifiedfan/driver';
import type { Bucket, ObjectInfo } from '@verifiedfan/ports';
import { readVersions } from './versions.ts';

const MOST_KEYS = 1_000;
/** A page counts uploads and deletions, so that a short one may show fewer keys than are asked for. */
const LEAST_PAGE = 100;

const readCursor = (cursor: string): string => {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length === 0 || bytes.toString('base64url') !== cursor) throw invalid('this cursor comes from no page');
  return bytes.toString();
};

/** Pages through the current objects. From the versions of the bucket, because S3's plain list of objects does not name their versions. */
export const createListing =
  (read: Parameters<typeof readVersions>[0]): Bucket['list'] =>
  async ({ prefix = '', limit = MOST_KEYS, cursor } = {}) => {
    assertWhole('limit', limit, 1, MOST_KEYS);
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const pageSize = Math.min(MOST_KEYS, Math.max(LEAST_PAGE, limit + 1));
    const objects: ObjectInfo[] = [];
    for await (const { current } of readVersions(read, { prefix, after, pageSize })) {
      if (current === undefined) continue;
      const last = objects.at(-1);
      if (objects.length === limit && last !== undefined) {
        return { objects, cursor: Buffer.from(last.key).toString('base64url') };
      }
      objects.push(current);
    }
    return { objects };
  };
