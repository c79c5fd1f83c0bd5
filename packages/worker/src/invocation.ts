import { runWithCorrelation, toCorrelationId } from '@verifiedfan/correlation';
import { toError } from './errors.ts';
import type { WorkerHost } from './service-kit.ts';

export type Invocation = {
  name: string;
  host: WorkerHost;
  /** The platform's id of the invocation, unchecked; one is made when there is none. */
  requestId?: string | undefined;
  /** Aborted, it says that the process stops. */
  signal?: AbortSignal | undefined;
};

/**
 * The outermost part of the pipeline: everything inside is logged under the invocation's correlation id and the worker's name; what is
 * thrown is counted and logged here, once, and goes on to the platform, which decides about repeating.
 */
export const withInvocation = <T>(
  { name, host, requestId, signal }: Invocation,
  run: (correlation: string) => Promise<T>,
): Promise<T> => {
  const { log, platform } = host;
  const correlation = toCorrelationId(requestId, platform.random);
  return runWithCorrelation({ correlation, worker: name }, async () => {
    try {
      return await run(correlation);
    } catch (thrown) {
      // What a stop interrupts is no failure: it is repeated at the next start.
      if (signal?.aborted !== true) {
        platform.metrics.count('worker_errors', 1, { worker: name });
        log.error('the invocation failed', { error: toError(thrown) });
      }
      throw thrown;
    }
  });
};
