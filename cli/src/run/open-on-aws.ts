import { hostname } from 'node:os';
import type { Platform } from '@verifiedfan/ports';
import { type Opened, type OpenOptions, openEstateOn } from './open.ts';

/** SQS tells a queue's depth approximately, and a moment late. */
const LOOK_AGAIN_MS = 500;

/** For people to find the process by, and its own alone: containers may share a hostname, and the first process of each is process 1. */
export const pollerName = ({ random }: Pick<Platform, 'random'>): string =>
  `${hostname()}:${process.pid}:${random.uuid().slice(0, 8)}`;

/**
 * The whole product on the AWS resources of a stage, in this process: it polls the streams and queues as Lambda would. For development and
 * measurement; what has to scale runs on Lambda. Throws what is missing, and `PollerRunsError` while another process polls the stage.
 */
export const openOnAws = async (options: OpenOptions): Promise<Opened> => {
  const [{ CHECKPOINT_TABLE, openAwsPlatform, takePollerLease }, { readConfiguration, resourceNameOf }, { resources }] =
    await Promise.all([
      import('@verifiedfan/platform/aws'),
      import('@verifiedfan/platform'),
      import('@verifiedfan/workers/resources'),
    ]);
  const configuration = readConfiguration();
  const platform = await openAwsPlatform({
    catalogue: resources,
    configuration,
    onMetricsLost: once((error) =>
      options.io.error(`measurements were lost, CloudWatch did not take them: ${error.message}\n`),
    ),
  });
  const lost = Promise.withResolvers<never>();
  // Heard by whoever waits for it; without anybody it is no fault of its own.
  lost.promise.catch(() => {});
  const onLost = (): void => lost.reject(new Error('another process polls this stage now; this one has stopped'));
  try {
    const lease = await takePollerLease({
      table: platform.table(CHECKPOINT_TABLE),
      tableName: resourceNameOf(
        { name: CHECKPOINT_TABLE, definition: resources[CHECKPOINT_TABLE] },
        { prefix: configuration.resourcePrefix ?? '' },
      ),
      owner: pollerName(platform),
      clock: platform.clock,
      onWait: (owner, mostMs) =>
        options.io.error(
          `waiting up to ${Math.ceil(mostMs / 1_000)} s for the lease of ${owner}, which polls this stage or was killed\n`,
        ),
      onLost,
      signal: options.io.signal,
    });
    const close = async (): Promise<void> => {
      // The workers have stopped by now, so the next process may begin.
      await lease.release().catch(() => {});
      await platform.close();
    };
    const opened = await openEstateOn(options, { platform: { ...platform, close }, lookAgainMs: LOOK_AGAIN_MS }).catch(
      async (error: unknown) => {
        await lease.release();
        throw error;
      },
    );
    return { ...opened, lost: lost.promise };
  } catch (error) {
    await platform.close();
    throw error;
  }
};

/** The first of many is told: without the right to write them all are lost, every minute. */
const once = (tell: (error: Error) => void): ((error: Error) => void) => {
  let isTold = false;
  return (error) => {
    if (!isTold) tell(error);
    isTold = true;
  };
};
