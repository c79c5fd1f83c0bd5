import type { MetricLabels, MetricSample, Metrics } from '@verifiedfan/ports';

export type MemoryMetricsOptions = {
  /** Most samples (name with labels) that are kept; further ones are dropped, so that a runaway label cannot fill the memory. @default 10_000 */
  maxSamples?: number;
};

type Kind = MetricSample['kind'];

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const labelText = (labels: MetricLabels): string =>
  // Without the brackets, so that no labels come before some.
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => byText(a, b))).slice(1, -1);

/** Totals since the start, in memory. Values that are not finite, and negative counts, are ignored rather than thrown at the caller. */
export const createMemoryMetrics = ({ maxSamples = 10_000 }: MemoryMetricsOptions = {}): Metrics => {
  const samples = new Map<string, MetricSample>();

  const record = (kind: Kind, name: string, value: number, labels: MetricLabels = {}): void => {
    if (!Number.isFinite(value) || (kind === 'counter' && value < 0)) return;
    const key = `${name}\n${labelText(labels)}\n${kind}`;
    const sample = samples.get(key);
    if (sample) {
      sample.value = kind === 'gauge' ? value : sample.value + value;
      sample.samples += 1;
    } else if (samples.size < maxSamples) {
      samples.set(key, { name, kind, labels: { ...labels }, value, samples: 1 });
    }
  };

  return {
    count: (name, value = 1, labels) => record('counter', name, value, labels),
    gauge: (name, value, labels) => record('gauge', name, value, labels),
    timing: (name, durationMs, labels) => record('timing', name, durationMs, labels),
    snapshot: () =>
      [...samples.values()]
        .sort(
          (a, b) =>
            byText(a.name, b.name) || byText(labelText(a.labels), labelText(b.labels)) || byText(a.kind, b.kind),
        )
        .map((sample) => ({ ...sample, labels: { ...sample.labels } })),
    async flush() {},
  };
};
