import type { JsonValue, StreamRecord } from '@verifiedfan/ports';
import {
  decodeRecords,
  eventSourceOf,
  isObject,
  isWindowEnd,
  metaOf,
  numberOr,
  resourceNames,
  textOr,
} from '../event-parts.ts';
import type { RecordMeta, Undecodable, WorkerRecord } from '../record.ts';
import {
  type DecodeContext,
  repeatsFromFirstFailed,
  respondToStream,
  type Source,
  type StreamSourceOptions,
  windowOf,
} from '../source.ts';
import { streamOptions } from './stream-options.ts';

/** A stream of JSON records. Shapes: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export const kinesis = <Data = JsonValue>(stream: string, options: StreamSourceOptions = {}): Source<Data> => ({
  kind: 'kinesis',
  resource: stream,
  mode: 'batch',
  stream: streamOptions(options),
  recognises: (event) => eventSourceOf(event) === 'aws:kinesis' || isWindowEnd(event, 'kinesis'),
  decode(event, context) {
    const nameOf = resourceNames(stream);
    const batch = decodeRecords(event, (raw) => decodeKinesisRecord<Data>(raw, nameOf, context));
    const shard = batch.records[0]?.meta.shard;
    return { ...batch, ...(shard === undefined ? {} : { shard }), ...windowOf(event) };
  },
  repeats: repeatsFromFirstFailed,
  respond: respondToStream,
  redrive: (payload) => ({ Records: [payload] }),
});

const decodeKinesisRecord = <Data>(
  raw: unknown,
  nameOf: (arn: unknown) => string,
  context: DecodeContext,
): WorkerRecord<Data> | Undecodable => {
  const record = isObject(raw) ? raw : {};
  const body = isObject(record.kinesis) ? record.kinesis : {};
  const sequence = textOr(body.sequenceNumber, '');
  const id = textOr(record.eventID, sequence);
  const position = `${nameOf(record.eventSourceARN)}/${id || 'unknown'}`;
  if (typeof body.data !== 'string') return { position, reason: 'the record has no data', payload: raw as JsonValue };
  const parsed = parseJson(Buffer.from(body.data, 'base64'));
  if ('reason' in parsed) return { position, reason: parsed.reason, payload: raw as JsonValue };
  const shard = id.includes(':') ? id.slice(0, id.indexOf(':')) : undefined;
  const group = textOr(body.partitionKey, '');
  const meta: RecordMeta = {
    source: 'kinesis',
    id,
    position,
    ...(sequence === '' ? {} : { sequence }),
    ...(shard === undefined ? {} : { shard }),
    // A stream that spreads its records by itself hands out none.
    ...(group === '' ? {} : { group }),
    correlation: sequence || context.correlation,
    timeMs: Math.round(numberOr(body.approximateArrivalTimestamp, context.nowMs / 1_000) * 1_000),
    ...metaOf(parsed.value),
  };
  return { data: parsed.value as Data, meta };
};

/** The same record from the local stream without the detour through base64; a test proves that both ways agree. */
export const fromStreamRecord = <Data>(record: StreamRecord, stream: string): WorkerRecord<Data> | Undecodable => {
  const id = `${record.shard}:${record.sequence}`;
  const position = `${stream}/${id}`;
  const parsed = parseShared(record);
  if ('reason' in parsed) return { position, reason: parsed.reason, payload: kinesisPayload(record, stream) };
  const own = metaOf(parsed.value);
  const meta: RecordMeta = {
    source: 'kinesis',
    id,
    position,
    sequence: record.sequence,
    shard: record.shard,
    group: record.partitionKey,
    correlation: own.correlation ?? record.sequence,
    timeMs: record.arrivedAtMs,
  };
  if (own.traceparent !== undefined) meta.traceparent = own.traceparent;
  return { data: parsed.value as Data, meta };
};

/** The data of a local record, parsed once for all who ask; undefined when they are not JSON. For filters, which look before decoding. */
export const dataOfStreamRecord = (record: StreamRecord): JsonValue | undefined => {
  const parsed = parseShared(record);
  return 'reason' in parsed ? undefined : parsed.value;
};

/** One record of the AWS event for a record of the local stream. */
export const kinesisPayload = (record: StreamRecord, stream: string): JsonValue => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: record.partitionKey,
    sequenceNumber: record.sequence,
    data: toBase64(record.data),
    approximateArrivalTimestamp: record.arrivedAtMs / 1_000,
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: `${record.shard}:${record.sequence}`,
  eventName: 'aws:kinesis:record',
  invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
  awsRegion: 'local',
  eventSourceARN: `arn:aws:kinesis:local:000000000000:stream/${stream}`,
});

const toBase64 = (data: string | Uint8Array): string => Buffer.from(data as Uint8Array).toString('base64');

type Parsed = { value: JsonValue } | { reason: string };
// The mark is dropped below, so that bytes and text are treated alike.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const BYTE_ORDER_MARK = '\uFEFF';

const parseJson = (data: Uint8Array | string): Parsed => {
  try {
    const text = typeof data === 'string' ? data : utf8.decode(data);
    return { value: JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text) as JsonValue };
  } catch {
    // The parser's own message quotes the data, which must not reach a reason.
    return { reason: 'the data is not JSON in UTF-8' };
  }
};

/** The driver hands several consumers the same object, so its data is parsed once for all of them. */
const parsedRecords = new WeakMap<StreamRecord, Parsed>();
const parseShared = (record: StreamRecord): Parsed => {
  const known = parsedRecords.get(record);
  if (known !== undefined) return known;
  const parsed = parseJson(record.data);
  parsedRecords.set(record, parsed);
  return parsed;
};
