/** Define an event worker once; run it as a Lambda handler or as a local consumer. */
export {
  createDeadLetters,
  type DeadLetter,
  type DeadLetters,
  type DeadLetterWithPayload,
  type NewDeadLetter,
} from './dead-letters.ts';
export * from './define-worker.ts';
export * from './definition.ts';
export * from './errors.ts';
export { isObject } from './event-parts.ts';
export { createHandler, type Handler, type InvocationContext, invoke } from './handler.ts';
export * from './idempotency/index.ts';
export { withInvocation } from './invocation.ts';
export * from './loop-guard/index.ts';
export * from './outcomes.ts';
export * from './pattern/index.ts';
export { DEAD_LETTER_TABLE, type HandlerOptions, type PreparedWorker, prepareWorker } from './prepare.ts';
export * from './record.ts';
export { type RedrivenLetter, redrive } from './redrive.ts';
export { resolveWorker } from './registry.ts';
export { type Grant, grantsOf } from './rights.ts';
export { type RunOptions, type RunResult, runBatch } from './run-batch.ts';
export * from './schedule/index.ts';
export * from './service-kit.ts';
export type { DecodeContext, QueueSourceOptions, Source, StreamSourceOptions } from './source.ts';
export * from './sources/appsync.ts';
export * from './sources/dynamodb-stream.ts';
export * from './sources/kinesis.ts';
export * from './sources/s3.ts';
export * from './sources/schedule.ts';
export * from './sources/sqs.ts';
export { inSpan, type SpanOptions, type WorkerTracer } from './tracing.ts';
export * from './worker-log.ts';
