import type { AwsConnection } from '@verifiedfan/aws';
import type {
  Bucket,
  BucketDefinition,
  BucketNotifications,
  Cache,
  CacheDefinition,
  Clock,
  Database,
  Queue,
  QueueDefinition,
  Random,
  RecordStream,
  Secrets,
  StreamDefinition,
  Table,
  TableDefinition,
  Topic,
  TopicDefinition,
} from '@verifiedfan/ports';
import type { ResourceNames } from '../resource-names.ts';

/** What every driver of a stage is made from. */
export type AwsContext = {
  connection: AwsConnection;
  names: ResourceNames;
  /** Addresses of MongoDB, Redis and Kafka are secrets, for they hold passwords. */
  secrets: Secrets;
  clock: Clock;
  random: Random;
};

/** What a resource may offer besides its port. */
export type Opened = { verify?(): Promise<void>; close?(): void | Promise<void> };

/** Makes the resources of one kind; what is shared by all of them, such as a connection, is made once. */
export type OpenKind<Definition, Resource> = (
  context: AwsContext,
) => Promise<Opened & { open(name: string, definition: Definition): Resource & Opened }>;

/**
 * The drivers that a process brings, by kind. A Lambda function brings those that its worker reaches, so that its bundle holds no other.
 */
export type AwsKinds = {
  table?: OpenKind<TableDefinition, Table>;
  stream?: OpenKind<StreamDefinition, RecordStream>;
  queue?: OpenKind<QueueDefinition, Queue>;
  bucket?: OpenKind<BucketDefinition, Bucket>;
  cache?: OpenKind<CacheDefinition, Cache>;
  topic?: OpenKind<TopicDefinition, Topic>;
  /** The collections of services: only the process that serves them. */
  database?: OpenKind<undefined, Database>;
  /** Uploads that were not yet handed to a worker: only a process that polls. */
  notifications?: OpenKind<BucketDefinition, BucketNotifications>;
};
