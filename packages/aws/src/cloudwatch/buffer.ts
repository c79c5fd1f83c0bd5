import type { MetricLabels, MetricSample } from '@verifiedfan/ports';
import { roundValue, toDimensions, toMetricName } from './dimensions.ts';

type Kind = MetricSample['kind'];

/** What was measured under one name and one set of labels. */
export type Series = {
  readonly name: string;
  readonly kind: Kind;
  readonly labels: MetricLabels;
  /** The total of a counter, the level of a gauge, the exact sum of a timing. */
  value: number;
  samples: number;
  /** Timings only: how often each duration occurred, of three significant digits. */
  readonly durations: Map<number, number>;
};

/** CloudWatch refuses the whole request for one value beyond its range. */
const GREATEST_VALUE = 1e108;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
// Without the brackets, so that no labels come before some.
const labelText = (labels: MetricLabels): string => JSON.stringify(Object.entries(labels)).slice(1, -1);

const bySeries = (a: Series, b: Series): number =>
  byText(a.name, b.name) || byText(labelText(a.labels), labelText(b.labels)) || byText(a.kind, b.kind);

/** Gathers measurements between two flushes. Whatever is no measurement, or one series too many, is dropped and never thrown at the caller. */
export const createMetricsBuffer = ({ maxSeries }: { maxSeries: number }) => {
  let series = new Map<string, Series>();

  const find = (kind: Kind, rawName: string, labels: MetricLabels): Series | undefined => {
    const dimensions = toDimensions(labels);
    const name = toMetricName(rawName);
    if (name === '') return undefined;
    const key = `${name}\n${labelText(dimensions)}\n${kind}`;
    const known = series.get(key);
    if (known !== undefined || series.size >= maxSeries) return known;
    const made: Series = { name, kind, labels: dimensions, value: 0, samples: 0, durations: new Map() };
    series.set(key, made);
    return made;
  };

  return {
    record(kind: Kind, name: string, value: number, labels: MetricLabels = {}): void {
      // NaN is not at most anything either.
      if (!(Math.abs(value) <= GREATEST_VALUE) || (kind === 'counter' && value < 0)) return;
      const one = find(kind, name, labels);
      if (one === undefined) return;
      one.value = kind === 'gauge' ? value : one.value + value;
      one.samples += 1;
      if (kind !== 'timing') return;
      const duration = roundValue(value);
      one.durations.set(duration, (one.durations.get(duration) ?? 0) + 1);
    },
    snapshot: (): MetricSample[] =>
      [...series.values()]
        .sort(bySeries)
        .map(({ name, kind, labels, value, samples }) => ({ name, kind, labels: { ...labels }, value, samples })),
    /** Everything since the last time, and a new beginning. */
    take(): Series[] {
      const taken = [...series.values()].sort(bySeries);
      series = new Map();
      return taken;
    },
  };
};
