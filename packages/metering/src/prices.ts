/** What AWS counts, beside what costs nothing: Lambda's polls of streams, and calls to engines that are paid by the hour. */
export type PricedUnit = keyof typeof PRICES.units | 'free';

/**
 * On-demand prices of us-east-1 in US dollars. Look them up before a decision: they change, and regions differ.
 * https://aws.amazon.com/dynamodb/pricing/on-demand/ · https://aws.amazon.com/kinesis/data-streams/pricing/ (provisioned) ·
 * https://aws.amazon.com/sqs/pricing/ · https://aws.amazon.com/s3/pricing/ · https://aws.amazon.com/secrets-manager/pricing/
 */
export const PRICES = {
  date: '2026-11-21',
  region: 'us-east-1',
  units: {
    /** A write of up to 1 KB; a transaction takes two. */
    'DynamoDB write unit': 0.625 / 1e6,
    /** A strongly consistent read of up to 4 KB. */
    'DynamoDB read unit': 0.125 / 1e6,
    /** A record of up to 25 KB that is put into a stream. */
    'Kinesis payload unit': 0.014 / 1e6,
    'SQS request': 0.4 / 1e6,
    'SQS FIFO request': 0.5 / 1e6,
    'S3 write': 5 / 1e6,
    'S3 read': 0.4 / 1e6,
  },
  /** What runs while nothing happens. */
  hourly: { 'Kinesis shard': 0.015 },
  monthly: { 'Secrets Manager secret': 0.4 },
} as const;
