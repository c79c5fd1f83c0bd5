import assert from 'node:assert/strict';
import type { Metrics } from '@verifiedfan/ports';
import { type Case, createSuite } from './suite.ts';

/** Metrics with nothing measured. */
export type MetricsSubject = { metrics: Metrics };

const sampleOf = (metrics: Metrics, name: string) => metrics.snapshot().find((sample) => sample.name === name);

export const metricsCases: readonly Case<MetricsSubject>[] = [
  {
    name: 'adds counts up, one when no number is given',
    async run(open) {
      const { metrics } = await open();
      metrics.count('records');
      metrics.count('records', 4);
      assert.deepEqual(sampleOf(metrics, 'records'), {
        name: 'records',
        kind: 'counter',
        labels: {},
        value: 5,
        samples: 2,
      });
    },
  },
  {
    name: 'keeps the last level of a gauge',
    async run(open) {
      const { metrics } = await open();
      metrics.gauge('depth', 9);
      metrics.gauge('depth', -2);
      assert.deepEqual(sampleOf(metrics, 'depth'), { name: 'depth', kind: 'gauge', labels: {}, value: -2, samples: 2 });
    },
  },
  {
    name: 'sums timings and counts them',
    async run(open) {
      const { metrics } = await open();
      metrics.timing('took', 10);
      metrics.timing('took', 2.5);
      assert.deepEqual(sampleOf(metrics, 'took'), {
        name: 'took',
        kind: 'timing',
        labels: {},
        value: 12.5,
        samples: 2,
      });
    },
  },
  {
    name: 'keeps labels apart, whatever their order',
    async run(open) {
      const { metrics } = await open();
      metrics.count('records', 1, { worker: 'a', outcome: 'done' });
      metrics.count('records', 2, { outcome: 'done', worker: 'a' });
      metrics.count('records', 4, { worker: 'b', outcome: 'done' });
      assert.deepEqual(
        metrics.snapshot().map(({ labels, value }) => [labels.worker, value]),
        [
          ['a', 3],
          ['b', 4],
        ],
      );
    },
  },
  {
    name: 'answers samples by name and labels',
    async run(open) {
      const { metrics } = await open();
      for (const name of ['b', 'a', 'c']) metrics.count(name);
      metrics.count('b', 1, { worker: 'z' });
      metrics.count('b', 1, { worker: 'y' });
      assert.deepEqual(
        metrics.snapshot().map(({ name, labels }) => `${name}${labels.worker ?? ''}`),
        ['a', 'b', 'by', 'bz', 'c'],
      );
    },
  },
  {
    name: 'never throws, and flushes',
    async run(open) {
      const { metrics } = await open();
      metrics.count('records', 1);
      metrics.count('records', Number.NaN);
      metrics.count('records', -1);
      metrics.timing('took', Number.POSITIVE_INFINITY);
      assert.equal(sampleOf(metrics, 'records')?.value, 1, 'what is no count does not spoil the total');
      await metrics.flush();
    },
  },
];

/** Registers the cases of metrics. */
export const metricsSuite = createSuite('metrics', metricsCases);
