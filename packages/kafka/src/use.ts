import type { CallUse } from '@verifiedfan/driver/calls';

/** What one call cost the server: `publish`, `read` or `latest`, with one request for each message of a publication. */
export type Use = CallUse & {
  /** Bytes of keys, values and headers that were sent or received. */
  bytes: number;
};
