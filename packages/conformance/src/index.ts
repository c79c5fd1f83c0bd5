export { bucketCases, bucketSuite } from './bucket-cases.ts';
export {
  type BucketNotificationsSubject,
  bucketNotificationsCases,
  bucketNotificationsSuite,
} from './bucket-notifications-cases.ts';
export type { BucketSubject } from './bucket-subject.ts';
export { type CacheSubject, cacheCases, cacheSuite } from './cache-cases.ts';
export { changeStreamCases } from './change-stream-cases.ts';
export { type CheckpointsSubject, checkpointsCases, checkpointsSuite } from './checkpoints-cases.ts';
export { type ClockSubject, clockCases, clockSuite } from './clock-cases.ts';
export { collectionCases, collectionSuite } from './collection-cases.ts';
export type { DatabaseSubject } from './collection-subject.ts';
export { fifoQueueCases, fifoQueueSuite } from './fifo-queue-cases.ts';
export { type FlagsSubject, flagsCases, flagsSuite } from './flags-cases.ts';
export { type MetricsSubject, metricsCases, metricsSuite } from './metrics-cases.ts';
export { queueCases, queueSuite } from './queue-cases.ts';
export type { QueueSubject } from './queue-subject.ts';
export { type RandomSubject, randomCases, randomSuite } from './random-cases.ts';
export { type RecordStreamSubject, recordStreamCases } from './record-stream-cases.ts';
export { type SecretsSubject, secretsCases, secretsSuite } from './secrets-cases.ts';
export {
  type Case,
  type MutantOptions,
  type RegisterTest,
  registerMutants,
  registerSuite,
  type SuiteOptions,
} from './suite.ts';
export { tableCases } from './table-cases.ts';
export type { TableSubject } from './table-subject.ts';
export {
  changeStreamSuite,
  type DriverSuiteOptions,
  recordStreamSuite,
  tableSuite,
  topicSuite,
} from './table-suites.ts';
export { type TopicSubject, topicCases } from './topic-cases.ts';
