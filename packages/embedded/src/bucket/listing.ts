import { assertWhole, invalid } from '@verifiedfan/driver';
import type { Bucket, ObjectInfo } from '@verifiedfan/ports';

const MAX_PAGE = 1_000;

const readCursor = (cursor: string): Buffer => {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length === 0 || bytes.toString('base64url') !== cursor) throw invalid('this cursor comes from no page');
  return bytes;
};

/** Pages through objects; `read` answers them in the order of their keys' bytes, from a prefix on and behind a key. */
export const createListing =
  (read: (prefix: string, after: Uint8Array, limit: number) => ObjectInfo[]): Bucket['list'] =>
  async ({ prefix = '', limit = MAX_PAGE, cursor } = {}) => {
    assertWhole('limit', limit, 1, MAX_PAGE);
    const after = cursor === undefined ? Buffer.alloc(0) : readCursor(cursor);
    // One more than asked for tells whether there is another page.
    const found = read(prefix, after, limit + 1);
    // Keys with the prefix stand together, and the look-up begins at the first of them.
    const end = found.findIndex(({ key }) => !key.startsWith(prefix));
    const matching = end < 0 ? found : found.slice(0, end);
    const objects = matching.slice(0, limit);
    const last = objects.at(-1);
    if (matching.length <= limit || !last) return { objects };
    return { objects, cursor: Buffer.from(last.key).toString('base64url') };
  };
