import type { CallUse } from '@verifiedfan/driver/calls';

/** What one call cost the server, such as `findOne`; a bulk or a transaction has as many requests as operations. */
export type Use = CallUse;
