import type { ShardedLog } from './sharded-log.ts';

export type TopicMessage = {
  /** Chooses the partition; null spreads evenly. */
  key: string | null;
  /** Null is a tombstone. At most 1 MiB with key and headers. */
  value: string | Uint8Array | null;
  headers?: Readonly<Record<string, string>>;
};

export type TopicRecordHeader = {
  /** The partition, as text. */
  shard: string;
  /** The offset, as text. */
  sequence: string;
  key: string | null;
  atMs: number;
};
export type TopicRecord = TopicRecordHeader & {
  readonly value: string | Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
};

export type PublishResult = { partition: number; offset: string } | { error: Error };

/** A topic in the terms of Kafka: partitions, offsets, keys. */
export interface Topic extends ShardedLog<TopicRecord, TopicRecordHeader> {
  readonly name: string;
  publishMany(messages: readonly TopicMessage[]): Promise<PublishResult[]>;
}
