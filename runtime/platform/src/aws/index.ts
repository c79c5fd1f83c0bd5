/** The platform on AWS, apart from the embedded one: whoever runs on a laptop loads nothing of it. */
export { openBuckets, openNotifications } from './buckets.ts';
export { openCaches } from './caches.ts';
export { openDatabases } from './databases.ts';
export { fixedFlags } from './fixed-flags.ts';
export { type OpenFlags, openUnleashFlags } from './flags.ts';
export { createFunctionMetrics } from './function-metrics.ts';
export type { AwsContext, AwsKinds, Opened, OpenKind } from './kinds.ts';
export {
  type OpenAwsPlatformOptions,
  type OpenPartOptions,
  openAwsPlatform,
  openFailures,
  openPart,
} from './open.ts';
export { type AwsPlatform, type AwsPlatformOptions, CHECKPOINT_TABLE, createAwsPlatform } from './platform.ts';
export { type PollerLease, type PollerLeaseOptions, takePollerLease } from './poller-lease.ts';
export { PollerRunsError, type PollerRunsErrorOptions } from './poller-runs-error.ts';
export { openQueues } from './queues.ts';
export { reachedBy } from './reached.ts';
export { openStreams } from './streams.ts';
export { openTables } from './tables.ts';
export { openTopics } from './topics.ts';
export { createWorkerHost, MissingEndpointError, type WorkerHostOptions } from './worker-host.ts';
