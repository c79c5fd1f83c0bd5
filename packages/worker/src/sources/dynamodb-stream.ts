import type { ChangeHeader, ChangeRecord, Item, JsonObject, JsonValue, Key } from '@verifiedfan/ports';
import { type AttributeMap, fromAttributes, toAttributes } from '../attributes/index.ts';
import { decodeRecords, eventSourceOf, isObject, isWindowEnd, metaOf, resourceNames, textOr } from '../event-parts.ts';
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

/** A change of one row as workers see it. An absent image is absent, never an empty object. */
export type RowChange = { eventName: ChangeHeader['eventName']; keys: Key; oldItem?: Item; newItem?: Item };

/**
 * The changes of a table. The shard is only told with a tumbling window, so a worker that needs it sets `windowSeconds`.
 * Shapes: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export const dynamodbStream = (table: string, options: StreamSourceOptions = {}): Source<RowChange> => ({
  kind: 'dynamodb',
  resource: table,
  mode: 'batch',
  stream: streamOptions(options),
  recognises: (event) => eventSourceOf(event) === 'aws:dynamodb' || isWindowEnd(event, 'dynamodb'),
  decode(event, context) {
    const window = windowOf(event);
    const nameOf = resourceNames(table);
    return { ...decodeRecords(event, (raw) => decodeChange(raw, nameOf, window.shard, context)), ...window };
  },
  repeats: repeatsFromFirstFailed,
  respond: respondToStream,
  redrive: (payload, shard) => ({
    Records: [payload],
    // A window that has neither begun nor ended: only its shard is wanted.
    ...(shard === undefined ? {} : { window: {}, state: {}, shardId: shard }),
  }),
});

const EVENT_NAMES: readonly unknown[] = ['INSERT', 'MODIFY', 'REMOVE'];

const decodeChange = (
  raw: unknown,
  nameOf: (arn: unknown) => string,
  shard: string | undefined,
  context: DecodeContext,
): WorkerRecord<RowChange> | Undecodable => {
  const record = isObject(raw) ? raw : {};
  const body = isObject(record.dynamodb) ? record.dynamodb : {};
  const sequence = textOr(body.SequenceNumber, '');
  const position = `${nameOf(record.eventSourceARN)}/${sequence || textOr(record.eventID, 'unknown')}`;
  const undecodable = (reason: string): Undecodable => ({ position, reason, payload: raw as JsonValue });
  if (!EVENT_NAMES.includes(record.eventName)) return undecodable('the event name is not INSERT, MODIFY or REMOVE');
  try {
    const keys = imageOf(body.Keys);
    if (typeof keys?.PK !== 'string' || typeof keys.SK !== 'string') return undecodable('the keys are not PK and SK');
    const change: RowChange = {
      eventName: record.eventName as RowChange['eventName'],
      keys: { PK: keys.PK, SK: keys.SK },
    };
    const oldItem = imageOf(body.OldImage);
    const newItem = imageOf(body.NewImage);
    if (oldItem !== undefined) change.oldItem = oldItem as Item;
    if (newItem !== undefined) change.newItem = newItem as Item;
    const seconds = body.ApproximateCreationDateTime;
    const timeMs = typeof seconds === 'number' ? toMilliseconds(seconds) : context.nowMs;
    const id = sequence || textOr(record.eventID, '');
    return {
      data: change,
      meta: changeMeta({ change, id, sequence, position, shard, timeMs, correlation: context.correlation }),
    };
  } catch {
    return undecodable('an image is not DynamoDB JSON');
  }
};

/** Stream records carry seconds, records through Kinesis milliseconds or microseconds, and some samples confuse them. */
const toMilliseconds = (time: number): number =>
  Math.floor(time > 1e14 ? time / 1_000 : time > 1e11 ? time : time * 1_000);

const imageOf = (image: unknown): JsonObject | undefined =>
  image === undefined || image === null ? undefined : fromAttributes(image as AttributeMap);

type MetaParts = {
  change: RowChange;
  id: string;
  sequence: string;
  position: string;
  shard: string | undefined;
  timeMs: number;
  correlation: string;
};

const changeMeta = ({ change, id, sequence, position, shard, timeMs, correlation }: MetaParts): RecordMeta => {
  const own = metaOf(change.newItem ?? change.oldItem);
  const meta: RecordMeta = {
    source: 'dynamodb',
    id,
    position,
    group: `${change.keys.PK}\u0000${change.keys.SK}`,
    correlation: own.correlation ?? (sequence || correlation),
    timeMs,
  };
  if (sequence !== '') meta.sequence = sequence;
  if (shard !== undefined) meta.shard = shard;
  if (own.traceparent !== undefined) meta.traceparent = own.traceparent;
  return meta;
};

/**
 * The same record from the local change stream without typed JSON; a test proves that both ways agree. The shard is told only for a
 * source with a window, as on AWS.
 */
export const fromChangeRecord = (
  record: ChangeRecord,
  table: string,
  { windowed = false }: { windowed?: boolean } = {},
): WorkerRecord<RowChange> => {
  const change: RowChange = { eventName: record.eventName, keys: record.keys };
  if (record.oldItem !== undefined) change.oldItem = record.oldItem;
  if (record.newItem !== undefined) change.newItem = record.newItem;
  const { sequence, atMs } = record;
  const meta = changeMeta({
    change,
    id: sequence,
    sequence,
    position: `${table}/${sequence}`,
    shard: windowed ? record.shard : undefined,
    // AWS tells whole seconds, so nothing may depend on more.
    timeMs: Math.floor(atMs / 1_000) * 1_000,
    correlation: sequence,
  });
  return { data: change, meta };
};

/** One record of the AWS event for a record of the local change stream. */
export const dynamodbPayload = (record: ChangeRecord, table: string): JsonValue => ({
  eventID: `${record.shard}:${record.sequence}`,
  eventName: record.eventName,
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'local',
  dynamodb: {
    ApproximateCreationDateTime: Math.floor(record.atMs / 1_000),
    Keys: toAttributes(record.keys) as JsonValue,
    ...(record.newItem === undefined ? {} : { NewImage: toAttributes(record.newItem) as JsonValue }),
    ...(record.oldItem === undefined ? {} : { OldImage: toAttributes(record.oldItem) as JsonValue }),
    SequenceNumber: record.sequence,
    SizeBytes: 0,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  },
  eventSourceARN: `arn:aws:dynamodb:local:000000000000:table/${table}/stream/local`,
});
