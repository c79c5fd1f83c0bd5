import type { JsonValue } from '@verifiedfan/ports';

export const SOURCE_KINDS = [
  's3',
  'kinesis',
  'dynamodb',
  'sqs',
  'schedule',
  'appsync-resolver',
  'appsync-authorizer',
] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Everything about a record that is needed later: to report, order, correlate and dead-letter it. */
export type RecordMeta = {
  source: SourceKind;
  /** Stable over redeliveries: the event id of a stream record, the message id of a queue, the sequencer of an upload. */
  id: string;
  /** Where the record is, for people and for the dead-letter id: `scoresStream/shardId-000000000000:4957…`. Holds no data. */
  position: string;
  /** Orders the records of one shard or group; compare with `compareSequences`. */
  sequence?: string;
  shard?: string;
  /** The records of one group are handled in order: a partition key, a row's key, a message group. */
  group?: string;
  /** How often a queue handed this message out, this time included. */
  receiveCount?: number;
  /** The record's own, or one made from its id: the same over redeliveries. */
  correlation: string;
  traceparent?: string;
  /** When the source took the record, in milliseconds. */
  timeMs: number;
};

/** A decoded record. Several workers may be handed the same `data`: never change it. */
export type WorkerRecord<Data = JsonValue> = { readonly data: Data; readonly meta: RecordMeta };

/** What could not be decoded: dead-lettered with its raw form, never retried. */
export type Undecodable = { position: string; reason: string; payload: JsonValue };

/** The records of one invocation, and what they have in common. */
export type Batch<Data> = {
  records: WorkerRecord<Data>[];
  undecodable: Undecodable[];
  /** The shard that all records are from, where the source says so. */
  shard?: string;
  /** Tumbling window state, to be handed back (https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html). */
  state?: JsonValue;
};

/** A batch that was decoded from an event: `raw[n]` is what `records[n]` was made of, to be kept with its dead letter. */
export type DecodedBatch<Data> = Batch<Data> & { raw: JsonValue[] };
