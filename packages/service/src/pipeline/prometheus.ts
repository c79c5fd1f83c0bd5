import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { methodLabel, type Observer } from '../exchange.ts';

const LABELS = ['method', 'path', 'status'] as const;
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Measured when `/metrics` is asked: a number, or numbers by the value of `label`. Label values must be few, and never ids of campaigns or
 * people. One that fails is left out of the answer, which tells the rest.
 */
export type Gauges = Readonly<
  Record<
    string,
    | { help: string; read: () => number | Promise<number> }
    | {
        help: string;
        label: string;
        read: () => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;
      }
  >
>;

export type RequestMetrics = {
  registry: Registry;
  /** Counts a request of a supreme token. */
  countSupreme(labels: Record<(typeof LABELS)[number], string>): void;
  /** Counts a request that the pipeline never saw, such as one that Node could not parse. */
  count(labels: Record<(typeof LABELS)[number], string>): void;
  measure: Observer;
};

const addGauge = (name: string, gauge: Gauges[string], registers: Registry[]): void => {
  const labelNames = 'label' in gauge ? [gauge.label] : [];
  const collect = async function (this: Gauge): Promise<void> {
    this.reset();
    try {
      if (!('label' in gauge)) return this.set(await gauge.read());
      for (const [value, number] of Object.entries(await gauge.read())) this.set({ [gauge.label]: value }, number);
    } catch {
      // Readiness says what is down; the other measurements must still be told.
      if (!('label' in gauge)) this.remove();
    }
  };
  new Gauge({ name, help: gauge.help, labelNames, registers, collect });
};

/** `request_count`, `response_duration_seconds` and `supreme_request_count`, labelled with the route's template, in a registry of their own. */
export const createRequestMetrics = ({ gauges = {} }: { gauges?: Gauges | undefined }): RequestMetrics => {
  const registry = new Registry();
  const registers = [registry];
  const requestCounter = new Counter({
    name: 'request_count',
    help: 'Requests handled',
    labelNames: LABELS,
    registers,
  });
  const responseDuration = new Histogram({
    name: 'response_duration_seconds',
    help: 'Time from the request to its answer',
    labelNames: LABELS,
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const supremeCounter = new Counter({
    name: 'supreme_request_count',
    help: 'Requests of supreme tokens',
    labelNames: LABELS,
    registers,
  });
  for (const [name, gauge] of Object.entries(gauges)) addGauge(name, gauge, registers);
  return {
    registry,
    countSupreme: (labels) => supremeCounter.inc(labels),
    count: (labels) => requestCounter.inc(labels),
    measure(context, tookMs) {
      const method = methodLabel(context.method);
      const labels = { method, path: context.state.exchange.template, status: String(context.status) };
      requestCounter.inc(labels);
      responseDuration.observe(labels, tookMs / 1_000);
    },
  };
};
