/**
 * Labels of a measurement. Values come from small closed sets (a worker's name, an outcome), never from data: no ids, no e-mail
 * addresses, no phone numbers.
 */
export type MetricLabels = Readonly<Record<string, string>>;

/** Measurements. Calls return at once and never throw: losing a measurement must not lose work. */
export interface Metrics {
  /** Adds to a counter. `value` is not negative. */
  count(name: string, value?: number, labels?: MetricLabels): void;
  /** Sets a level that can go up and down. */
  gauge(name: string, value: number, labels?: MetricLabels): void;
  /** Records one duration, in milliseconds. */
  timing(name: string, durationMs: number, labels?: MetricLabels): void;
  /** What was measured since the start, or since the last flush where the engine keeps no totals; sorted by name and labels. */
  snapshot(): MetricSample[];
  /** Hands over what is buffered. Resolves also when the receiver is unreachable. */
  flush(): Promise<void>;
}

export type MetricSample = {
  name: string;
  kind: 'counter' | 'gauge' | 'timing';
  labels: MetricLabels;
  /** The total of a counter, the level of a gauge, the sum in milliseconds of a timing. */
  value: number;
  /** How many calls made this sample. */
  samples: number;
};
