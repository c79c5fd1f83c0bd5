import type { Bucket, BucketNotifications } from './bucket.ts';
import type { Cache } from './cache.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Clock } from './clock.ts';
import type { Database } from './collection.ts';
import type { Flags } from './flags.ts';
import type { Metrics } from './metrics.ts';
import type { Queue } from './queue.ts';
import type { Random } from './random.ts';
import type { RecordStream } from './record-stream.ts';
import type { Secrets } from './secrets.ts';
import type { Table } from './table.ts';
import type { Topic } from './topic.ts';

/** The stores and streams by their names in the catalogue; an unknown name is `not_found`. */
export interface Resources {
  table(name: string): Table;
  stream(name: string): RecordStream;
  queue(name: string): Queue;
  bucket(name: string): Bucket;
  cache(name: string): Cache;
  topic(name: string): Topic;
  /** The collections of one service. */
  database(service: string): Database;
}

/** What every part of the estate may use, whatever it runs on. */
export interface Platform extends Resources {
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly flags: Flags;
  readonly secrets: Secrets;
  readonly checkpoints: Checkpoints;
  /** Uploads into a bucket that were not yet handed to a worker; only where this process delivers them. */
  notifications(bucket: string): BucketNotifications;
  /** Closes every driver; calls under way end first. */
  close(): Promise<void>;
}
