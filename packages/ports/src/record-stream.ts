import type { ShardedLog } from './sharded-log.ts';

export type StreamEntry = {
  /** 1 to 256 Unicode characters; its MD5 chooses the shard, and records of one key stay in order. */
  partitionKey: string;
  /** At most 1 MiB with the partition key. Text is UTF-8; bytes come back as bytes only when they are not valid UTF-8. */
  data: string | Uint8Array;
};

export type StreamRecordHeader = { shard: string; sequence: string; partitionKey: string; arrivedAtMs: number };
/** One record. Drivers may hand the same object to several readers: never change it. */
export type StreamRecord = StreamRecordHeader & { readonly data: string | Uint8Array };

export type StreamPutResult = { sequence: string; shard: string } | { error: Error };

/** An append-only stream in the terms of Kinesis. */
export interface RecordStream extends ShardedLog<StreamRecord, StreamRecordHeader> {
  readonly name: string;
  /**
   * Appends any number of records and answers per entry, in order. Entries that fail are retried alone by the driver, so a caller
   * who sees an `error` knows that the driver gave up; an entry that succeeded must not be sent again. An entry over a limit throws
   * `validation` or `too_large` before anything is written.
   */
  putMany(entries: readonly StreamEntry[]): Promise<StreamPutResult[]>;
}
