import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { batchFn } from '@verifiedfan/batch-fn';
import { assertOptions, assertWhole } from '@verifiedfan/driver';
import { chunk } from '@verifiedfan/map-utils';
import { type Metrics, PortError } from '@verifiedfan/ports';
import { lazily } from '../clients/lazily.ts';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { calling } from '../sdk/errors.ts';
import { createMetricsBuffer, type Series } from './buffer.ts';
import { unitOf } from './dimensions.ts';

export type CloudWatchMetricsOptions = {
  /** CloudWatch's namespace, `VerifiedFan/prod`. */
  namespace: string;
  connection: AwsConnection;
  /** Most different names with labels between two flushes; further ones are dropped. CloudWatch charges for each. @default 1_000 */
  maxSeries?: number | undefined;
  /** Told of measurements that were lost, and why: they are not sent again, since what arrived of a lost request is unknown. What was throttled is. */
  onLost?: ((error: Error, count: number) => void) | undefined;
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MOST_METRICS = 1_000;
const MOST_BYTES = 1_000_000;
const DEFAULT_ATTEMPTS = 4;
/** Different values of one metric in a request. */
const MOST_VALUES = 150;

const toData = ({ name, kind, labels, value, durations }: Series, now: Date): MetricDatum[] => {
  const about = {
    MetricName: name,
    Timestamp: now,
    Unit: unitOf(kind),
    Dimensions: Object.entries(labels).map(([Name, Value]) => ({ Name, Value })),
  };
  if (kind !== 'timing') return [{ ...about, Value: value }];
  return chunk([...durations], MOST_VALUES).map((some) => ({
    ...about,
    Values: some.map(([duration]) => duration),
    Counts: some.map(([, times]) => times),
  }));
};

/** Metrics on CloudWatch, in as few requests as its limits allow. Nothing is sent before `flush`: call it every minute, and at the end. */
export const createCloudWatchMetrics = (options: CloudWatchMetricsOptions): Metrics => {
  assertOptions(options, ['namespace', 'connection', 'maxSeries', 'onLost']);
  const { namespace, connection, maxSeries = 1_000, onLost = () => {} } = options;
  assertWhole('maxSeries', maxSeries, 1, 100_000);
  const { clock, random } = connection;
  const { record, snapshot, take } = createMetricsBuffer({ maxSeries });
  const open = lazily(async () => {
    const sdk = await import('@aws-sdk/client-cloudwatch');
    // Sent once by the SDK: values of a request whose answer was lost may have been counted, and would be counted again.
    const client = new sdk.CloudWatchClient({ ...sdkConfiguration(connection), maxAttempts: 1 });
    return { sdk, client: sdkClient(client, { name: 'cloudwatch', connection }) };
  });
  const send = batchFn<MetricDatum, { sent: true }>(
    async (MetricData) => {
      await calling({ operation: 'cloudwatch.PutMetricData', resource: namespace }, async () => {
        const { sdk, client } = await open();
        return client.send(new sdk.PutMetricDataCommand({ Namespace: namespace, MetricData }));
      });
      return MetricData.map(() => ({ sent: true as const }));
    },
    {
      batchSize: MOST_METRICS,
      maxBytes: MOST_BYTES,
      sizeOf: (datum) => JSON.stringify(datum).length + 1,
      // A throttled request was turned away, so nothing of it was counted.
      attempts: connection.maxAttempts ?? DEFAULT_ATTEMPTS,
      isRetryable: (error) => error instanceof PortError && error.code === 'throttled',
      clock,
      random,
    },
  );
  const flush = async (): Promise<void> => {
    const now = new Date(clock.now());
    const outcomes = await send(take().flatMap((series) => toData(series, now)));
    const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
    if (errors[0] !== undefined) onLost(errors[0], errors.length);
  };
  return {
    count: (name, value = 1, labels) => record('counter', name, value, labels),
    gauge: (name, value, labels) => record('gauge', name, value, labels),
    timing: (name, durationMs, labels) => record('timing', name, durationMs, labels),
    snapshot,
    flush: () => flush().catch(() => undefined),
  };
};
