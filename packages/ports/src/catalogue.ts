/** What a resource is, for the drivers that make it and the documents that list it. */
export type TableDefinition = {
  kind: 'table';
  purpose: string;
  /** Shards of its change stream in the embedded platform. @default 1 */
  changeShards?: number;
};
export type StreamDefinition = {
  kind: 'stream';
  purpose: string /** @default 1 */;
  shards?: number;
  retentionHours?: number;
};
export type QueueDefinition = {
  kind: 'queue';
  purpose: string;
  fifo?: boolean;
  /** Seconds, 0 to 43,200. @default 30 */
  visibilitySeconds?: number;
  /** Receives before a message moves to `deadLetterQueue`. @default 5 */
  maxReceiveCount?: number;
  deadLetterQueue?: string;
};
export type BucketDefinition = { kind: 'bucket'; purpose: string };
export type CacheDefinition = { kind: 'cache'; purpose: string };
export type TopicDefinition = { kind: 'topic'; purpose: string /** @default 1 */; partitions?: number };
export type ScheduleDefinition = {
  kind: 'schedule';
  purpose: string;
  /** EventBridge's `rate(…)` or six-field `cron(…)`, in UTC. */
  expression: string;
};
export type ResourceDefinition =
  | TableDefinition
  | StreamDefinition
  | QueueDefinition
  | BucketDefinition
  | CacheDefinition
  | TopicDefinition
  | ScheduleDefinition;

/** The one catalogue of resources by name. */
export type Catalogue = Readonly<Record<string, ResourceDefinition>>;
