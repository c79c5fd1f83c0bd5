import { runWithCorrelation, toCorrelationId } from '@verifiedfan/correlation';
import { toError } from './errors.ts';
import type { WorkerHost } from './service-kit.ts';

type Invocation = { name: string; host: WorkerHost; correlation: string };

/**
 * The outermost part of the pipeline: everything inside is logged under the invocation's correlation id and the worker's name; what is
 * thrown is counted and logged here, once, and goes on to the platform, which decides about repeating.
 */
export const withInvocation = <T>({ name, host, correlation }: Invocation, run: () => Promise<T>): Promise<T> => {
  const { log, platform } = host;
  const context = { correlation: toCorrelationId(correlation, platform.random), worker: name };
  return runWithCorrelation(context, async () => {
    try {
      return await run();
    } catch (thrown) {
      platform.metrics.count('worker_errors', 1, { worker: name });
      log.error('the invocation failed', { error: toError(thrown) });
      throw thrown;
    }
  });
};
