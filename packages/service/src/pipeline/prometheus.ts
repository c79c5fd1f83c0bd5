import type { Clock } from '@verifiedfan/ports';
import { Counter, Histogram, Registry } from 'prom-client';
import { type Middleware, methodLabel } from '../exchange.ts';

const LABELS = ['method', 'path', 'status'] as const;
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type RequestMetrics = {
  registry: Registry;
  /** Counts a request that the pipeline never saw, such as one that Node could not parse. */
  count(labels: Record<(typeof LABELS)[number], string>): void;
  measure: Middleware;
};

/** `request_count` and `response_duration_seconds`, labelled with the route's template, in a registry of their own. */
export const createRequestMetrics = ({ clock }: { clock: Clock }): RequestMetrics => {
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
  return {
    registry,
    count: (labels) => requestCounter.inc(labels),
    async measure(context, next) {
      const startedAtMs = clock.now();
      await next();
      const method = methodLabel(context.method);
      const labels = { method, path: context.state.exchange.template, status: String(context.status) };
      requestCounter.inc(labels);
      responseDuration.observe(labels, (clock.now() - startedAtMs) / 1_000);
    },
  };
};
