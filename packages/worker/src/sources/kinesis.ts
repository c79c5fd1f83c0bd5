import type { JsonValue, StreamRecord } from '@verifiedfan/ports';
import type { RecordMeta, Undecodable, WorkerRecord } from '../record.ts';
import {
  firstRecord,
  isObject,
  lowestFailed,
  metaOf,
  recordsOf,
  resourceNames,
  type Source,
  type StreamSourceOptions,
  textOr,
} from '../source.ts';
import { streamOptions } from './stream-options.ts';

/** A stream of JSON records. Shapes: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export const kinesis = <Data = JsonValue>(stream: string, options: StreamSourceOptions = {}): Source<Data> => ({
  kind: 'kinesis',
  resource: stream,
  mode: 'batch',
  stream: streamOptions(options),
  recognises: (event) => firstRecord(event)?.eventSource === 'aws:kinesis',
  decode(event, context) {
    const records: WorkerRecord<Data>[] = [];
    const undecodable: Undecodable[] = [];
    const nameOf = resourceNames(stream);
    for (const raw of recordsOf(event)) {
      const decoded = decodeKinesisRecord<Data>(raw, nameOf, context);
      if ('reason' in decoded) undecodable.push(decoded);
      else records.push(decoded);
    }
    const shard = records[0]?.meta.shard;
    return { records, undecodable, ...(shard === undefined ? {} : { shard }), ...windowState(event) };
  },
  respond: (batch, outcomes) => ({
    batchItemFailures: lowestFailed(batch.records, outcomes),
    ...(batch.state === undefined ? {} : { state: batch.state }),
  }),
  redrive: (payload) => ({ Records: [payload] }),
});

const windowState = (event: unknown): { state?: JsonValue } =>
  isObject(event) && isObject(event.window) ? { state: (event.state ?? {}) as JsonValue } : {};

const decodeKinesisRecord = <Data>(
  raw: unknown,
  nameOf: (arn: unknown) => string,
  context: { correlation: string; nowMs: number },
): WorkerRecord<Data> | Undecodable => {
  const record = isObject(raw) ? raw : {};
  const body = isObject(record.kinesis) ? record.kinesis : {};
  const sequence = textOr(body.sequenceNumber, '');
  const id = textOr(record.eventID, sequence);
  const name = nameOf(record.eventSourceARN);
  const position = `${name}/${id || 'unknown'}`;
  if (typeof body.data !== 'string') return { position, reason: 'the record has no data', payload: raw as JsonValue };
  const parsed = parseJson(Buffer.from(body.data, 'base64'));
  if ('reason' in parsed) return { position, reason: parsed.reason, payload: raw as JsonValue };
  const shard = id.includes(':') ? id.slice(0, id.indexOf(':')) : undefined;
  const group = textOr(body.partitionKey, '');
  const seconds = body.approximateArrivalTimestamp;
  const meta: RecordMeta = {
    source: 'kinesis',
    id,
    position,
    ...(sequence === '' ? {} : { sequence }),
    ...(shard === undefined ? {} : { shard }),
    ...(group === '' ? {} : { group }),
    correlation: sequence || context.correlation,
    timeMs: typeof seconds === 'number' ? Math.round(seconds * 1_000) : context.nowMs,
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

/** One record of the AWS event for a record of the local stream. */
export const kinesisPayload = (record: StreamRecord, stream: string): JsonValue => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: record.partitionKey,
    sequenceNumber: record.sequence,
    data: Buffer.from(record.data as string).toString('base64'),
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

type Parsed = { value: JsonValue } | { reason: string };
const utf8 = new TextDecoder('utf-8', { fatal: true });

const parseJson = (data: Uint8Array | string): Parsed => {
  try {
    return { value: JSON.parse(typeof data === 'string' ? data : utf8.decode(data)) as JsonValue };
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
