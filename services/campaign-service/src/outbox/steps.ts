import type { TransactionStep } from '@verifiedfan/ports';
import type { CloudEvent, Publication } from './publication.ts';
import { OUTBOX, type OutboxRow } from './rows.ts';

export type OutboxStepsOptions = {
  campaignId: string;
  /** Of the campaign after the change. */
  sequence: number;
  publications: readonly Publication[];
  /** Milliseconds since 1970: the moment of the change. */
  nowMs: number;
  traceparent?: string | undefined;
  /** Of the request under way. It stays in the row: the envelope of an event has no place for it. */
  correlation?: string | undefined;
};

/** As wide as the largest safe integer, so that the order of texts is the order of numbers. */
export const paddedSequence = (sequence: number): string => String(sequence).padStart(16, '0');

const eventOf = (
  { campaignId, sequence, nowMs, traceparent }: OutboxStepsOptions,
  { type, data, dataschema }: Publication,
): CloudEvent => ({
  specversion: '1.0',
  id: `${campaignId}.${sequence}`,
  source: '/campaign-service',
  type,
  subject: campaignId,
  time: new Date(nowMs).toISOString(),
  datacontenttype: 'application/json',
  ...(dataschema === undefined ? {} : { dataschema }),
  sequence: paddedSequence(sequence),
  ...(traceparent === undefined ? {} : { traceparent }),
  data,
});

/**
 * Steps that put publications into the outbox, for the transaction of the change itself. Throws `TypeError` when a destination is named
 * twice: both would have the same id, and a receiver would drop one.
 */
export const outboxSteps = (options: OutboxStepsOptions): TransactionStep[] => {
  const { campaignId, sequence, publications, nowMs, correlation } = options;
  if (new Set(publications.map(({ destination }) => destination)).size < publications.length)
    throw new TypeError('a change tells a destination at most once');
  return publications.map((publication) => {
    const { destination } = publication;
    const document: OutboxRow = {
      _id: `${campaignId}:${paddedSequence(sequence)}:${destination}`,
      campaignId,
      destination,
      sequence,
      event: eventOf(options, publication),
      ...(correlation === undefined ? {} : { correlation }),
      unsent: destination,
      attempts: 0,
      dueAtMs: nowMs,
    };
    return { collection: OUTBOX, operation: { insertOne: { document } } };
  });
};
