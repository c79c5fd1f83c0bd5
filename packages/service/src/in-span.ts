import { currentCorrelation } from '@verifiedfan/correlation';
import type { ServiceTracing } from './pipeline/trace.ts';

/** Runs work in a span of this name that carries the correlation id of the work under way. */
export type InSpan = <T>(name: string, run: () => Promise<T>) => Promise<T>;

export const createInSpan =
  (tracing: ServiceTracing | undefined): InSpan =>
  (name, run) => {
    if (tracing?.enabled !== true) return run();
    const correlation = currentCorrelation();
    const attributes = correlation === undefined ? {} : { 'correlation.id': correlation };
    return tracing.span({ name, kind: 'client', attributes }, run);
  };
