import type { CallUse } from '@verifiedfan/driver/calls';

/** What one call cost the server: `get`, `set` or `delete`. */
export type Use = CallUse & {
  /** Bytes of the key, and of the value where one was sent. */
  bytes: number;
};
