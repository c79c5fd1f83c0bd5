export {
  createDeadLetters,
  type DeadLetter,
  type DeadLetters,
  type DeadLetterWithPayload,
} from './dead-letters.ts';
export * from './define-worker.ts';
export * from './errors.ts';
export * from './handler.ts';
export * from './idempotency/index.ts';
export * from './loop-guard/index.ts';
export * from './outcomes.ts';
export * from './pattern/index.ts';
export * from './record.ts';
export { redrive } from './redrive.ts';
export { resolveWorker } from './registry.ts';
export { type RunOptions, runBatch } from './run-batch.ts';
export * from './schedule/index.ts';
export * from './service-kit.ts';
export type { DecodeContext, QueueSourceOptions, Source, StreamSourceOptions } from './source.ts';
export { isObject } from './source.ts';
export * from './sources/appsync.ts';
export * from './sources/dynamodb-stream.ts';
export * from './sources/kinesis.ts';
export * from './sources/s3.ts';
export * from './sources/schedule.ts';
export * from './sources/sqs.ts';
