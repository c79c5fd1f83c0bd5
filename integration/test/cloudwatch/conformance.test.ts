import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CloudWatch, createCloudWatchMetrics, sdkConfiguration } from '@verifiedfan/aws';
import { metricsSuite } from '@verifiedfan/conformance';
import { awsConnection, uniqueName } from '../../src/index.ts';

describe('CloudWatch', () => {
  const connection = awsConnection('ministack');

  metricsSuite({
    it,
    open: async () => ({ metrics: createCloudWatchMetrics({ namespace: uniqueName('vf'), connection }) }),
  });

  it('has the sums and the counts of what was flushed', async () => {
    const Namespace = uniqueName('vf');
    const lost: Error[] = [];
    const metrics = createCloudWatchMetrics({ namespace: Namespace, connection, onLost: (error) => lost.push(error) });
    metrics.count('records', 5, { worker: 'a' });
    for (const durationMs of [10, 10, 20]) metrics.timing('took', durationMs, { worker: 'a' });
    await metrics.flush();
    assert.deepEqual(lost, []);
    const client = new CloudWatchClient(sdkConfiguration(connection));
    const nowMs = connection.clock.now();
    const sumOf = async (MetricName: string): Promise<unknown> => {
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName,
          Dimensions: [{ Name: 'worker', Value: 'a' }],
          StartTime: new Date(nowMs - 600_000),
          EndTime: new Date(nowMs + 600_000),
          Period: 3_600,
          Statistics: ['Sum'],
        }),
      );
      return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
    };
    assert.deepEqual([await sumOf('records'), await sumOf('took')], [5, 40]);
    client.destroy();
  });

  it('keeps log events in the order of time, in a stream that was not there', async () => {
    const logGroupName = uniqueName('/vf/workers');
    const client = new CloudWatchLogsClient(sdkConfiguration(connection));
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    const nowMs = connection.clock.now();
    const logEvents = [
      { timestamp: nowMs, message: 'second' },
      { timestamp: nowMs - 1_000, message: 'first' },
    ];
    const stream = { logGroupName, logStreamName: 'a' };
    assert.deepEqual(await CloudWatch({ connection }).putLogEvents({ ...stream, logEvents }), [
      { stored: true },
      { stored: true },
    ]);
    const { events = [] } = await client.send(new GetLogEventsCommand({ ...stream, startFromHead: true }));
    client.destroy();
    assert.deepEqual(
      events.map(({ message }) => message),
      ['first', 'second'],
    );
  });
});
