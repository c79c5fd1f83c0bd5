import { readCorrelationMeta } from '@verifiedfan/correlation';
import type { JsonValue } from '@verifiedfan/ports';
import type { DecodedBatch, Undecodable, WorkerRecord } from './record.ts';

// What the sources have in common in reading events, which may hold anything: a record that cannot be read is a reject, never a throw.

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const textOr = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);

export const numberOr = (value: unknown, fallback: number): number => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : fallback;
};

/** The records of an event of this shape; anything that is not an object is kept, to be rejected rather than lost. */
export const recordsOf = (event: unknown): unknown[] =>
  isObject(event) && Array.isArray(event.Records) ? event.Records : [];

/** What the records say of their source. A broken first record must not hide it. */
export const eventSourceOf = (event: unknown): unknown => recordsOf(event).find(isObject)?.eventSource;

/** The last invocation of a window may bring no records; then only the ARN of the event says where it is from. */
export const isWindowEnd = (event: unknown, service: string): boolean =>
  isObject(event) &&
  recordsOf(event).length === 0 &&
  isObject(event.window) &&
  textOr(event.eventSourceARN, '').includes(`:${service}:`);

/** Decodes each record alone; undefined passes it over. */
export const decodeRecords = <Data>(
  event: unknown,
  decode: (raw: unknown) => WorkerRecord<Data> | Undecodable | undefined,
): DecodedBatch<Data> => {
  const batch: DecodedBatch<Data> = { records: [], raw: [], undecodable: [] };
  for (const raw of recordsOf(event)) {
    const decoded = decode(raw);
    if (decoded === undefined) continue;
    if ('reason' in decoded) batch.undecodable.push(decoded);
    else {
      batch.records.push(decoded);
      batch.raw.push(raw as JsonValue);
    }
  }
  return batch;
};

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

/** The resource that an event names itself: of its first record, of an S3 bucket, of a rule. */
export const resourceNamedBy = (event: unknown): string | undefined => {
  const first = recordsOf(event).find(isObject);
  const bucket = isObject(first?.s3) && isObject(first.s3.bucket) ? first.s3.bucket.arn : undefined;
  const rules = isObject(event) && Array.isArray(event.resources) ? (event.resources[0] as unknown) : undefined;
  const name = resourceOfArn(first?.eventSourceARN ?? bucket ?? rules, '');
  return name === '' ? undefined : name;
};

/** Correlation and trace of whoever made the record, where its data say so. */
export const metaOf = (data: unknown): { correlation?: string; traceparent?: string } =>
  isObject(data) && isObject(data.meta) ? readCorrelationMeta(data.meta) : NOTHING;
const NOTHING = Object.freeze({});
