export {
  type AppSyncAuthorizerInputOptions,
  type AppSyncResolverInputOptions,
  makeAppSyncAuthorizerInput,
  makeAppSyncResolverInput,
} from './appsync.ts';
export type { Payload, TumblingWindow } from './common.ts';
export {
  type DynamoDBStreamInput,
  type DynamoDBStreamInputOptions,
  type DynamoDBStreamInputRecord,
  makeDynamoDBStreamInput,
  type StreamViewType,
} from './dynamodb-stream.ts';
export { type FirehoseInputOptions, type FirehoseInputRecord, makeFirehoseInput } from './firehose.ts';
export { type KafkaInput, type KafkaInputRecord, makeKafkaInput } from './kafka.ts';
export { type KinesisInputOptions, type KinesisInputRecord, makeKinesisInput } from './kinesis.ts';
export { encodeObjectKey, makeS3Input, type S3InputObject, type S3InputOptions } from './s3.ts';
export { makeScheduleInput, type ScheduleInput, type ScheduleInputOptions } from './schedule.ts';
export { makeSnsInput, type SnsInput, type SnsInputMessage } from './sns.ts';
export { makeSqsInput, type SqsInput, type SqsInputMessage, type SqsInputOptions } from './sqs.ts';
