import { it } from 'node:test';
import type { Checkpoints, Metrics } from '@verifiedfan/ports';
import { checkpointsCases, metricsCases, registerMutants } from '../src/index.ts';
import { openCheckpoints, openMetrics } from './embedded-subjects.ts';

const inCheckpoints =
  (damage: (checkpoints: Checkpoints) => Partial<Checkpoints>) =>
  ({ checkpoints }: { checkpoints: Checkpoints }) => ({ checkpoints: { ...checkpoints, ...damage(checkpoints) } });

registerMutants({
  title: 'checkpoints',
  cases: checkpointsCases,
  it,
  open: openCheckpoints,
  mutants: {
    'hands back the last value that was set': {
      'keeps the first value': inCheckpoints((all) => ({
        set: async (key, value) => ((await all.get(key)) === undefined ? all.set(key, value) : undefined),
      })),
      'takes empty for nothing': inCheckpoints((all) => ({ get: async (key) => (await all.get(key)) || undefined })),
    },
    'forgets what is deleted, and takes the deletion of something unknown': {
      'does not delete': inCheckpoints(() => ({ delete: async () => {} })),
    },
    'lists what begins with a prefix, taken letter by letter': {
      'takes a prefix for a pattern': inCheckpoints((all) => ({
        list: async (prefix) => {
          const pattern = new RegExp(`^${prefix.replaceAll('_', '.').replaceAll('%', '.*')}`, 'i');
          return (await all.list('')).filter(({ key }) => pattern.test(key));
        },
      })),
      'ends at the highest character': inCheckpoints((all) => ({
        list: async (prefix) =>
          (await all.list(prefix)).filter(({ key }) => key < `${prefix}\uFFFF` && !key.includes('\u{10FFFF}')),
      })),
    },
  },
});

const inMetrics =
  (damage: (metrics: Metrics) => Partial<Metrics>) =>
  ({ metrics }: { metrics: Metrics }) => ({ metrics: { ...metrics, ...damage(metrics) } });

registerMutants({
  title: 'metrics',
  cases: metricsCases,
  it,
  open: openMetrics,
  mutants: {
    'adds counts up, one when no number is given': {
      'counts calls': inMetrics((metrics) => ({ count: (name) => metrics.count(name, 1) })),
      'counts nothing without a number': inMetrics((metrics) => ({
        count: (name, value = 0) => metrics.count(name, value),
      })),
    },
    'keeps the last level of a gauge': { 'adds levels up': inMetrics((metrics) => ({ gauge: metrics.timing })) },
    'sums timings and counts them': { 'keeps the last one': inMetrics((metrics) => ({ timing: metrics.gauge })) },
    'keeps labels apart, whatever their order': {
      'drops labels': inMetrics((metrics) => ({ count: (name, value) => metrics.count(name, value) })),
      'minds the order of labels': inMetrics((metrics) => ({
        count: (name, value, labels = {}) =>
          metrics.count(name, value, { ...labels, first: Object.keys(labels)[0] ?? '' }),
      })),
    },
    'answers samples by name and labels': {
      'answers them as they came': inMetrics((metrics) => ({ snapshot: () => metrics.snapshot().reverse() })),
    },
    'never throws, and flushes': {
      'throws for what is no count': inMetrics((metrics) => ({
        count: (name, value = 1) => {
          if (!(value >= 0)) throw new RangeError('no count');
          metrics.count(name, value);
        },
      })),
      'cannot flush': inMetrics(() => ({ flush: () => Promise.reject(new Error('unreachable')) })),
    },
  },
});
