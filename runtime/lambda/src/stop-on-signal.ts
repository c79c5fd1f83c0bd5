import type { openTracing } from '@verifiedfan/platform';
import type { Platform } from '@verifiedfan/ports';
import { toError, type WorkerLog } from '@verifiedfan/worker';

type StopOptions = {
  platform: Pick<Platform, 'close'>;
  tracer: Awaited<ReturnType<typeof openTracing>>;
  log: WorkerLog;
};

/** Lambda kills a function 500 ms after the signal, or sooner with an extension: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const SHUTDOWN_MS = 300;

/**
 * Aborts the returned signal at SIGTERM, then closes what is open and ends the process. Lambda sends the signal only to functions with an
 * extension, so nothing relies on it: spans and measurements leave with every invocation.
 */
export const stopOnSignal = ({ platform, tracer, log }: StopOptions): AbortSignal => {
  const stopping = new AbortController();
  process.once('SIGTERM', () => {
    stopping.abort();
    const closing = [tracer?.shutdown({ timeoutMs: SHUTDOWN_MS }), platform.close()];
    void Promise.allSettled(closing).then((results) => {
      for (const result of results)
        if (result.status === 'rejected') log.error('not closed', { error: toError(result.reason) });
      process.exit(0);
    });
  });
  return stopping.signal;
};
