import assert from 'node:assert/strict';
import { type CreateTracingOptions, createTracing, type Tracing } from '../src/index.ts';

/** Tracing that sends nothing by itself for a minute. */
export const openTracing = (options: Partial<CreateTracingOptions>): Promise<Tracing> =>
  createTracing({ serviceName: 'x', delayMs: 60_000, ...options });

export const makeSpans = (tracing: Tracing, count: number, from = 0): void => {
  for (let n = from; n < from + count; n += 1) tracing.span({ name: `span ${n}` }, () => undefined);
};

/** Every span that ended is accounted for. */
export const assertBalanced = (tracing: Tracing): void => {
  const { ended, exported, rejected, failed, dropped, queued } = tracing.stats();
  assert.equal(ended, exported + rejected + failed + dropped + queued);
};
