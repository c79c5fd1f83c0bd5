import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { PortError } from '@verifiedfan/ports';
import { createCloudWatchMetrics } from '../../src/index.ts';
import { json, jsonError, type Seen, startService } from '../clients/fake-service.ts';

type Datum = {
  MetricName: string;
  Unit: string;
  Value?: number;
  Values?: number[];
  Counts?: number[];
  Dimensions: { Name: string; Value: string }[];
};

/** The SDK compresses what is large enough. */
const dataOf = ({ headers, body }: Seen): Datum[] => {
  const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return (JSON.parse(text.toString()) as { MetricData: Datum[] }).MetricData;
};

describe('metrics on CloudWatch', () => {
  it('sends counters, levels and the distribution of durations', async (context) => {
    const { connection, seen } = await startService(context, (_, response) => json(response, {}));
    const metrics = createCloudWatchMetrics({ namespace: 'VerifiedFan/test', connection });
    metrics.count('records', 2, { worker: 'a' });
    metrics.gauge('depth', -1);
    for (const durationMs of [5, 5, 7.7777]) metrics.timing('took', durationMs);
    await metrics.flush();
    const sent = seen.flatMap(dataOf).map(({ MetricName, Unit, Value, Values, Counts, Dimensions }) => ({
      MetricName,
      Unit,
      what: Value ?? [Values, Counts],
      Dimensions,
    }));
    assert.deepEqual(sent, [
      { MetricName: 'depth', Unit: 'None', what: -1, Dimensions: [] },
      { MetricName: 'records', Unit: 'Count', what: 2, Dimensions: [{ Name: 'worker', Value: 'a' }] },
      {
        MetricName: 'took',
        Unit: 'Milliseconds',
        what: [
          [5, 7.78],
          [2, 1],
        ],
        Dimensions: [],
      },
    ]);
    await metrics.flush();
    assert.equal(seen.length, 1, 'nothing measured is no request');
  });

  it('keeps to a thousand metrics and a megabyte a request', async (context) => {
    const { connection, seen } = await startService(context, (_, response) => json(response, {}));
    const metrics = createCloudWatchMetrics({ namespace: 'VerifiedFan/test', connection, maxSeries: 5_000 });
    for (let index = 0; index < 2_100; index += 1) metrics.count(`counter ${index}`);
    for (let index = 0; index < 900; index += 1) {
      for (let value = 0; value < 150; value += 1) metrics.timing(`timing ${index}`, 1_000.5 + value * 1_000);
    }
    await metrics.flush();
    const batches = seen.map(dataOf);
    assert.equal(batches.flat().length, 3_000);
    assert.ok(
      batches.some((batch) => batch.length < 1_000 && batch.length > 500),
      'bytes ended a batch',
    );
    for (const batch of batches) {
      assert.ok(batch.length <= 1_000);
      assert.ok(JSON.stringify(batch).length <= 1_000_000);
    }
  });

  it('sends again what was throttled, since nothing of it was counted', async (context) => {
    const { connection, seen } = await startService(context, (_, response) =>
      seen.length === 1 ? jsonError(response, 'ThrottlingException') : json(response, {}),
    );
    const onLost = (error: Error): void => assert.fail(error);
    const metrics = createCloudWatchMetrics({ namespace: 'VerifiedFan/test', connection, onLost });
    metrics.count('a');
    await metrics.flush();
    assert.equal(seen.length, 2);
  });

  it('flushes to a service that fails, and says what was lost', async (context) => {
    const { connection, seen } = await startService(context, (_, response) =>
      jsonError(response, 'ServiceUnavailable', 503),
    );
    const lost: [string, number][] = [];
    const onLost = (error: Error, count: number): void => {
      assert.ok(error instanceof PortError);
      lost.push([error.code, count]);
    };
    const metrics = createCloudWatchMetrics({ namespace: 'VerifiedFan/test', connection, onLost });
    metrics.count('a');
    metrics.count('b');
    await metrics.flush();
    assert.deepEqual(lost, [['unavailable', 2]]);
    assert.equal(seen.length, 1, 'what may have been counted is not sent again');
    assert.deepEqual(metrics.snapshot(), []);
  });
});
