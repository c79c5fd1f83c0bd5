import type { BenchOptions, BenchResult } from './result.ts';

type Benchmark = {
  purpose: string;
  /** Loaded when it is run: whoever lists the benchmarks needs no peer. */
  load(): Promise<{ run(options: BenchOptions): Promise<BenchResult[]> }>;
};

/** The one list of benchmarks. */
export const benchmarks = {
  onsale: {
    purpose: 'a whole scoring on-sale beside a hand-written program on the same engines',
    load: () => import('./onsale.ts'),
  },
  pipeline: {
    purpose: 'what the worker pipeline costs a batch of 100 messages, beside middy and Powertools',
    load: () => import('./pipeline.ts'),
  },
  start: {
    purpose: 'how fast the whole estate starts, and what it takes while it has nothing to do',
    load: () => import('./start.ts'),
  },
  log: { purpose: 'log lines beside pino with the same fields and redaction', load: () => import('./log.ts') },
  jwt: { purpose: 'verifying tokens beside jsonwebtoken', load: () => import('./jwt.ts') },
  bundle: {
    purpose: 'the cold start of bundled functions beside middy and Powertools, and the size of the smallest',
    load: () => import('./bundle.ts'),
  },
  engines: {
    purpose: 'the on-sale embedded beside the same on emulators of AWS, and where the time goes there',
    load: () => import('./engines.ts'),
  },
  campaigns: {
    purpose: 'campaign-service beside bare Koa, one call upstream for many callers, and a refresh of many campaigns',
    load: () => import('./campaigns.ts'),
  },
  csv: { purpose: 'reading a score file beside csv-parse', load: () => import('./csv.ts') },
} as const satisfies Record<string, Benchmark>;

export type BenchmarkName = keyof typeof benchmarks;
export const isBenchmark = (name: string): name is BenchmarkName => Object.hasOwn(benchmarks, name);
