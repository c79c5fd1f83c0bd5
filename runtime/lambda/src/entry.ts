import { createLog } from '@verifiedfan/log';
import { type Configuration, openTracing, readConfiguration, systemClock } from '@verifiedfan/platform';
import type { Catalogue, Platform } from '@verifiedfan/ports';
import { createHandler, type Handler, resolveWorker, toError, type Worker, type WorkerLog } from '@verifiedfan/worker';
import { withDeadline } from './deadline.ts';
import { onEmulatedStreams } from './emulated-streams.ts';
import { withFreshSecrets } from './fresh-secrets.ts';
import { createHost } from './host.ts';
import type { OpenPlatform } from './open-platform.ts';
import { reachedBy } from './reached.ts';
import { nameSources } from './source-stacks.ts';
import { stopOnSignal } from './stop-on-signal.ts';

export type StartOptions = {
  /** The worker of this bundle, under its name. */
  workers: Readonly<Record<string, Worker>>;
  catalogue: Catalogue;
  openPlatform: OpenPlatform;
  /** @default what the environment says */
  configuration?: Configuration;
  /** What became of the code cache beside the bundle. @default it was made without one */
  codeCache?: 'used' | 'refused' | 'missing' | undefined;
};

/** How long an invocation waits for its measurements to leave, in milliseconds. */
const METRICS_MS = 1_000;

/**
 * A Lambda function of one worker: reads the configuration, opens what the worker reaches, and answers with its handler. Throws for a name
 * in APP_NAME that is not this bundle's worker: Lambda reports that as a failed start, before any event is lost to it. What the handler
 * throws is an `Error` whose name AWS shows as `errorType`.
 */
export const startWorker = async ({
  workers,
  catalogue,
  openPlatform,
  configuration = readConfiguration(),
  codeCache,
}: StartOptions): Promise<Handler> => {
  nameSources(import.meta.url);
  const { appName, logLevel, endpoints } = configuration;
  const worker = resolveWorker(workers, appName);
  const name = appName ?? '';
  const log = createLog({ service: name, level: logLevel, clock: systemClock });
  // Nothing is wrong, only slower than somebody meant it to be: the runtime has another Node than made the cache.
  if (codeCache === 'refused' || codeCache === 'missing')
    log.info('started without a code cache', { codeCache, node: process.version });
  const [platform, tracer] = await Promise.all([
    openPlatform({ catalogue: reachedBy(worker, catalogue), configuration }),
    openTracing(configuration, name),
  ]);
  const host = createHost({ name, platform, log, tracer, endpoints });
  const fresh = withFreshSecrets({
    names: worker.secrets,
    secrets: platform.secrets,
    make: () => createHandler({ name, worker, host }),
  });
  const handler = onEmulatedStreams(fresh, configuration);
  const stopping = stopOnSignal({ platform, tracer, log });
  return guarded({ name, platform, log, stopping, handler });
};

type Guarded = { name: string; platform: Platform; log: WorkerLog; stopping: AbortSignal; handler: Handler };

/** The handler with a deadline in front and its measurements sent behind; spans are flushed by the handler itself, log lines are written as they are made. */
const guarded =
  ({ name, platform: { clock, metrics }, log, stopping, handler }: Guarded): Handler =>
  async (event, context = {}) => {
    const onPassed = (): void =>
      log.warn('the time of the invocation is nearly over', { worker: name, requestId: context.awsRequestId });
    try {
      return await withDeadline({ context, clock, stopping, onPassed }, (limited) => handler(event, limited));
    } catch (thrown) {
      throw toError(thrown);
    } finally {
      const sent = new AbortController();
      // Losing a measurement must not lose work.
      await Promise.race([metrics.flush().catch(() => undefined), clock.sleep(METRICS_MS, sent.signal)]);
      sent.abort();
    }
  };
