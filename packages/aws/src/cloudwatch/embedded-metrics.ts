import { assertOptions, assertWhole } from '@verifiedfan/driver';
import type { Clock, Metrics } from '@verifiedfan/ports';
import { createMetricsBuffer, type Series } from './buffer.ts';
import { unitOf } from './dimensions.ts';

export type EmbeddedMetricsOptions = {
  /** CloudWatch's namespace, `VerifiedFan/prod`. */
  namespace: string;
  /** Takes one line of JSON without its line end. On Lambda: standard output, which CloudWatch Logs reads metrics from. */
  write: (line: string) => void;
  clock: Clock;
  /** Most different names with labels between two flushes; further ones are dropped. CloudWatch charges for each. @default 1_000 */
  maxSeries?: number | undefined;
};

/** Limits of one line: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const MOST_METRICS = 100;
const MOST_VALUES = 100;

type Line = { labels: Series['labels']; metrics: { series: Series; value: number | number[] }[] };

const spread = (durations: Series['durations']): number[] =>
  [...durations].flatMap(([duration, times]) => new Array<number>(times).fill(duration));

function* valuesOf({ kind, value, durations }: Series): Generator<number | number[]> {
  if (kind !== 'timing') {
    yield value;
    return;
  }
  const values = spread(durations);
  for (let start = 0; start < values.length; start += MOST_VALUES) yield values.slice(start, start + MOST_VALUES);
}

/** A name stands once in a line, because a metric and a dimension are members of one object there. */
const takes = ({ metrics }: Line, name: string): boolean =>
  metrics.length < MOST_METRICS && !metrics.some(({ series }) => series.name === name);

const toLines = (all: readonly Series[]): Line[] => {
  const lines = new Map<string, Line[]>();
  for (const series of all) {
    if (series.name === '_aws' || Object.hasOwn(series.labels, series.name)) continue;
    const key = JSON.stringify(series.labels);
    const own = lines.get(key) ?? [];
    lines.set(key, own);
    for (const value of valuesOf(series)) {
      const free = own.findLast((line) => takes(line, series.name));
      if (free === undefined) own.push({ labels: series.labels, metrics: [{ series, value }] });
      else free.metrics.push({ series, value });
    }
  }
  return [...lines.values()].flat();
};

const toText = ({ labels, metrics }: Line, namespace: string, nowMs: number): string =>
  JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [Object.keys(labels)],
          Metrics: metrics.map(({ series }) => ({ Name: series.name, Unit: unitOf(series.kind) })),
        },
      ],
    },
    ...labels,
    ...Object.fromEntries(metrics.map(({ series, value }) => [series.name, value])),
  });

/**
 * Metrics as lines of log in CloudWatch's embedded metric format, without a request. Nothing is written before `flush`, so that a Lambda
 * function writes a few lines for each invocation. A metric that is named like one of its labels is dropped: the format cannot say it.
 */
export const createEmbeddedMetrics = (options: EmbeddedMetricsOptions): Metrics => {
  assertOptions(options, ['namespace', 'write', 'clock', 'maxSeries']);
  const { namespace, write, clock, maxSeries = 1_000 } = options;
  assertWhole('maxSeries', maxSeries, 1, 100_000);
  const { record, snapshot, take } = createMetricsBuffer({ maxSeries });
  return {
    count: (name, value = 1, labels) => record('counter', name, value, labels),
    gauge: (name, value, labels) => record('gauge', name, value, labels),
    timing: (name, durationMs, labels) => record('timing', name, durationMs, labels),
    snapshot,
    async flush() {
      try {
        for (const line of toLines(take())) write(toText(line, namespace, clock.now()));
      } catch {
        // A full pipe or a closed output must not end the work that was measured.
      }
    },
  };
};
