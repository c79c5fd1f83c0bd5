export { TracedSdk, type TracedSdkOptions } from '@verifiedfan/tracing';
export {
  Athena,
  type AthenaClient,
  type AthenaQuery,
  type AthenaRow,
} from './clients/athena.ts';
export { CloudWatch, type CloudWatchClient, type LogEvent, type LogStreamName } from './clients/cloudwatch.ts';
export { Firehose, type FirehoseClient } from './clients/firehose.ts';
export {
  type InvokeInput,
  Lambda,
  type LambdaClient,
  LambdaFunctionError,
  type LambdaOptions,
} from './clients/lambda.ts';
export { S3, type S3Client, type S3Object } from './clients/s3.ts';
export { type Notification, SNS, type SnsClient } from './clients/sns.ts';
export { type Execution, StepFunctions, type StepFunctionsClient } from './clients/step-functions.ts';
export { type CloudWatchMetricsOptions, createCloudWatchMetrics } from './cloudwatch/cloudwatch-metrics.ts';
export { createEmbeddedMetrics, type EmbeddedMetricsOptions } from './cloudwatch/embedded-metrics.ts';
export { type MakeTableOptions, makeTable } from './dynamodb/make-table.ts';
export { createDynamoTable, type DynamoTable, type DynamoTableOptions } from './dynamodb/table.ts';
export type { DynamoUse } from './dynamodb/use.ts';
export type { KinesisUse } from './kinesis/client.ts';
export { type MakeStreamOptions, makeStream } from './kinesis/make-stream.ts';
export { createKinesisStream, type KinesisStream, type KinesisStreamOptions } from './kinesis/stream.ts';
export { createS3Bucket, type S3Bucket, type S3BucketOptions } from './s3/bucket.ts';
export { createS3Notifications, type S3Notifications, type S3NotificationsOptions } from './s3/notifications.ts';
export { type AwsConnection, sdkConfiguration } from './sdk/connection.ts';
export { toPortError } from './sdk/errors.ts';
export { type AwsSecretsOptions, createAwsSecrets } from './secrets-manager/secrets.ts';
export type { SqsUse } from './sqs/client.ts';
export type { RedrivePolicy } from './sqs/depth.ts';
export { type MakeQueueOptions, makeQueue } from './sqs/make-queue.ts';
export { createSqsQueue, type SqsQueue, type SqsQueueOptions } from './sqs/queue.ts';
export type { SqsMessage } from './sqs/received.ts';
