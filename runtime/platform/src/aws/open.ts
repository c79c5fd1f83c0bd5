import { createCloudWatchMetrics, createSqsQueue, type SqsQueue } from '@verifiedfan/aws';
import { createMemoryMetrics, systemClock, systemRandom } from '@verifiedfan/embedded';
import type { Catalogue } from '@verifiedfan/ports';
import { type Configuration, ConfigurationError } from '../configuration.ts';
import { flushRegularly } from '../flush-regularly.ts';
import { failuresNameOf, type ResourceNames } from '../resource-names.ts';
import { openBuckets, openNotifications } from './buckets.ts';
import { openCaches } from './caches.ts';
import { openDatabases } from './databases.ts';
import { openUnleashFlags } from './flags.ts';
import type { AwsKinds } from './kinds.ts';
import { type AwsPlatform, type AwsPlatformOptions, createAwsPlatform } from './platform.ts';
import { openQueues } from './queues.ts';
import { openStreams } from './streams.ts';
import { openTables } from './tables.ts';
import { openTopics } from './topics.ts';

export type OpenAwsPlatformOptions = {
  catalogue: Catalogue;
  configuration: Pick<Configuration, 'resourcePrefix' | 'bucketSuffix' | 'flags' | 'unleashUrl'>;
  /** Told of measurements that CloudWatch did not take. @default nobody is told */
  onMetricsLost?: ((error: Error) => void) | undefined;
};

type StageConfiguration = Pick<Configuration, 'resourcePrefix' | 'bucketSuffix'>;

/** Throws `ConfigurationError` without a stage. */
const namesOf = ({ resourcePrefix: prefix, bucketSuffix }: StageConfiguration): ResourceNames => {
  if (prefix === undefined)
    throw new ConfigurationError('RESOURCE_PREFIX must say whose resources are meant, such as verifiedfan-dev');
  return { prefix, bucketSuffix };
};

/** What workers may use. */
const OF_WORKERS: AwsKinds = {
  table: openTables,
  stream: openStreams,
  queue: openQueues,
  bucket: openBuckets,
  cache: openCaches,
  topic: openTopics,
};

export type OpenPartOptions = {
  /** What is touched, and nothing else: a cache or a topic in it has its address read at once. */
  catalogue: Catalogue;
  configuration: StageConfiguration;
  /** @default every flag has its fallback */
  flags?: AwsPlatformOptions['flags'];
};

/**
 * A part of a stage that is deployed, for somebody who looks at it or mends it while its functions work: nothing is asked for before it is used, and
 * nothing is polled. Throws as `openAwsPlatform` does.
 */
export const openPart = ({ catalogue, configuration, flags }: OpenPartOptions): Promise<AwsPlatform> =>
  createAwsPlatform({
    catalogue,
    names: namesOf(configuration),
    metrics: createMemoryMetrics(),
    kinds: OF_WORKERS,
    flags,
  });

/** The queue in which Lambda writes what it gave up of a worker. It is of no catalogue: only a stage that is deployed has it. */
export const openFailures = (worker: string, configuration: StageConfiguration): SqsQueue =>
  createSqsQueue({
    name: `${worker}Failures`,
    queueName: failuresNameOf(worker, namesOf(configuration)),
    fifo: false,
    connection: { clock: systemClock, random: systemRandom },
  });

/**
 * Every kind of resource of a stage, for a process that serves and polls all of it, looked at before it is used. Region, endpoint and
 * credentials come from where the SDK finds them. Measurements go to CloudWatch every minute and at the end. Throws `ConfigurationError` without a stage, and `PortError` naming what is missing.
 */
export const openAwsPlatform = async ({
  catalogue,
  configuration,
  onMetricsLost,
}: OpenAwsPlatformOptions): Promise<AwsPlatform> => {
  const names = namesOf(configuration);
  const metrics = createCloudWatchMetrics({
    namespace: `VerifiedFan/${names.prefix}`,
    connection: { clock: systemClock, random: systemRandom },
    onLost: onMetricsLost,
  });
  const platform = await createAwsPlatform({
    catalogue,
    names,
    metrics,
    flags: (context) => openUnleashFlags(context, configuration),
    kinds: { ...OF_WORKERS, notifications: openNotifications, database: openDatabases },
  });
  try {
    await platform.verify();
    const flushing = flushRegularly({ metrics, clock: platform.clock });
    const { close } = platform;
    return Object.assign(platform, {
      async close() {
        await flushing.stop();
        await close();
      },
    });
  } catch (error) {
    await platform.close();
    throw error;
  }
};
