import type { Metric } from './alarm.ts';

/** The series of AWS's own services that alarms and the dashboard look at. None of them costs anything. */
export const lambdaMetric = (functionName: string, metric: string, statistic = 'Sum'): Metric => ({
  ...{ namespace: 'AWS/Lambda', metric, statistic, dimensions: { FunctionName: functionName } },
});

/** How many messages can be received. */
export const messagesIn = (queueName: string): Metric => ({
  ...{ namespace: 'AWS/SQS', metric: 'ApproximateNumberOfMessagesVisible', statistic: 'Maximum' },
  dimensions: { QueueName: queueName },
});

/** In seconds. Of a standard queue it leaves out a message that was received three times or more, so that one bad message does not hide the others. */
export const ageIn = (queueName: string): Metric => ({
  ...{ namespace: 'AWS/SQS', metric: 'ApproximateAgeOfOldestMessage', statistic: 'Maximum' },
  dimensions: { QueueName: queueName },
});

export const tableMetric = (tableName: string, metric: string): Metric => ({
  ...{ namespace: 'AWS/DynamoDB', metric, statistic: 'Sum', dimensions: { TableName: tableName } },
});

/**
 * Rows that are new in a table which is written row by row, under a condition that refuses those it has: a put that is refused, because its
 * record was delivered again, is no successful request. DynamoDB counts puts only as a latency.
 */
export const newRowsIn = (tableName: string): Metric => ({
  ...{ namespace: 'AWS/DynamoDB', metric: 'SuccessfulRequestLatency', statistic: 'SampleCount' },
  dimensions: { TableName: tableName, Operation: 'PutItem' },
});

/** Records that a stream refused because its shards were full. */
export const refusedBy = (streamName: string): Metric => ({
  ...{ namespace: 'AWS/Kinesis', metric: 'WriteProvisionedThroughputExceeded', statistic: 'Sum' },
  dimensions: { StreamName: streamName },
});
