import type { JsonValue } from '@verifiedfan/ports';
import type { Outcomes } from './outcomes.ts';
import type { Batch, SourceKind, WorkerRecord } from './record.ts';

/** What a decoder needs besides the event: ids are made from here, so that a replay makes the same ones. */
export type DecodeContext = { correlation: string; nowMs: number };

/** Options that all event source mappings share, under AWS's names in our spelling; see `docs/workers.md` for the limits. */
export type StreamSourceOptions = {
  /** Most records an invocation, 1 to 10,000. @default 100 */
  batchSize?: number;
  /** Longest wait for a batch to fill, in seconds, 0 to 300. @default 0 */
  batchWindowSeconds?: number;
  /** Split a failing batch in two. @default true */
  bisectOnError?: boolean;
  /** Attempts after the first, -1 (until the record expires) to 10,000. @default -1 */
  maxRetries?: number;
  /** Oldest record that is still tried, in seconds; -1 is unlimited. @default -1 */
  maxAgeSeconds?: number;
  /** Batches of one shard at once, 1 to 10, in order per key. @default 1 */
  parallelization?: number;
  /** Tumbling window in seconds, 0 to 900: without one a DynamoDB batch does not say which shard it is from. @default 0 */
  windowSeconds?: number;
  /** AWS event patterns, OR-ed; records that match none are passed over before they are decoded. */
  filters?: readonly JsonValue[];
};

export type QueueSourceOptions = {
  /** Most messages an invocation: 1 to 10,000, FIFO 1 to 10. @default 10 */
  batchSize?: number;
  /** Longest wait for a batch to fill, in seconds, 0 to 300; over 10 messages at least 1. @default 0 */
  batchWindowSeconds?: number;
  /** Invocations at once, 2 to 1,000 on AWS. @default 2 */
  maxConcurrency?: number;
};

/**
 * One kind of event source behind one seam: recognises its AWS event, decodes it, and says partial failure in the source's own shape.
 * A new kind is one new file.
 */
export type Source<Data = unknown> = {
  kind: SourceKind;
  /** The resource in the catalogue, or the GraphQL field. */
  resource: string;
  /** A batch source is told per record what failed; a request source answers with its value or throws. */
  mode: 'batch' | 'request';
  stream?: Required<Omit<StreamSourceOptions, 'filters'>> & { filters: readonly JsonValue[] };
  queue?: Required<QueueSourceOptions> & { fifo: boolean };
  /** Whether the event, as AWS sends it, is of this kind; the resource's own name is not compared. */
  recognises(event: unknown): boolean;
  decode(event: unknown, context: DecodeContext): Batch<Data>;
  /** The members that report failure for this source, put beside the counters; empty for sources that only know all or nothing. */
  respond(batch: Batch<Data>, outcomes: Outcomes): { [member: string]: JsonValue };
  /** The event that would hand over this raw record alone, to redrive a dead letter. */
  redrive(payload: JsonValue): unknown;
};

export const firstRecord = (event: unknown): Record<string, unknown> | undefined => {
  if (!isObject(event) || !Array.isArray(event.Records)) return undefined;
  const first: unknown = event.Records[0];
  return isObject(first) ? first : undefined;
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The records of an event of this shape; anything that is not an object is kept, to be rejected rather than lost. */
export const recordsOf = (event: unknown): unknown[] =>
  isObject(event) && Array.isArray(event.Records) ? event.Records : [];

export const textOr = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);

/** `…:table/demandTable/stream/2026-…`, `…:stream/scoresStream`, `…:queueName`, `arn:aws:s3:::bucket` → the resource's name. */
export const resourceOfArn = (arn: unknown, fallback: string): string => {
  if (typeof arn !== 'string' || !arn.startsWith('arn:')) return fallback;
  const tail = arn.split(':').slice(5).join(':');
  const parts = tail.split('/');
  return parts.length > 1 ? (parts[1] ?? fallback) : tail || fallback;
};

/** The same for the records of one event, which nearly always share their ARN: a name is worked out anew only when the ARN changes. */
export const resourceNames = (fallback: string): ((arn: unknown) => string) => {
  let last: unknown;
  let name = fallback;
  return (arn) => {
    if (arn !== last) name = resourceOfArn(arn, fallback);
    last = arn;
    return name;
  };
};

/** Correlation and trace of whoever made the record, where it says so. */
export const metaOf = (data: unknown): { correlation?: string; traceparent?: string } => {
  if (!isObject(data) || !isObject(data.meta)) return {};
  const { correlation, traceparent } = data.meta;
  return {
    ...(typeof correlation === 'string' && CORRELATION.test(correlation) ? { correlation } : {}),
    ...(typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
  };
};
const CORRELATION = /^[A-Za-z0-9._-]{1,128}$/;
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The lowest failed sequence is the checkpoint of a stream: AWS delivers everything from it on again. */
export const lowestFailed = (
  records: readonly WorkerRecord<unknown>[],
  outcomes: Outcomes,
): { itemIdentifier: string }[] => {
  const first = records.find((record) => outcomes.retried.has(record));
  return first === undefined ? [] : [{ itemIdentifier: first.meta.sequence ?? first.meta.id }];
};
