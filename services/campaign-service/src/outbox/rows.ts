import type { Collection, Database, Document } from '@verifiedfan/ports';
import type { CloudEvent, Destination } from './publication.ts';

export const OUTBOX = 'outbox';

/**
 * One event on its way to one destination, under `<campaign>:<sequence>:<destination>`, so that the rows of a campaign stand in the order of
 * their sequence. It has exactly one of `unsent`, `sentAt` and `deadAt`, each with an index of only such rows: finding what is to do costs
 * the same however much was done before.
 */
export type OutboxRow = Document & {
  _id: string;
  campaignId: string;
  destination: Destination;
  sequence: number;
  event: CloudEvent;
  /** Of the request that changed the campaign; undefined for what no request did. */
  correlation?: string;
  /** The destination, while it was not told. */
  unsent?: Destination;
  sentAt?: string;
  /** Given up until somebody redrives it; later rows have gone on. */
  deadAt?: string;
  /** Code of the last failure. */
  reason?: string;
  attempts: number;
  /** Not to be tried before. */
  dueAtMs: number;
};

/** Opens the collection of events on their way. */
export const openOutbox = (database: Database): Collection<OutboxRow> =>
  database.collection<OutboxRow>(OUTBOX, {
    indexes: [
      {
        name: 'unsent',
        fields: [
          ['unsent', 1],
          ['_id', 1],
        ],
        onlyWhereString: 'unsent',
      },
      { name: 'sentAt', fields: [['sentAt', 1]], onlyWhereString: 'sentAt' },
      { name: 'deadAt', fields: [['deadAt', 1]], onlyWhereString: 'deadAt' },
    ],
  });
