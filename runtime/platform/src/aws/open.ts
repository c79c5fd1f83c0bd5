import { createCloudWatchMetrics } from '@verifiedfan/aws';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import type { Catalogue } from '@verifiedfan/ports';
import { type Configuration, ConfigurationError } from '../configuration.ts';
import { flushRegularly } from '../flush-regularly.ts';
import { openBuckets, openNotifications } from './buckets.ts';
import { openCaches } from './caches.ts';
import { openDatabases } from './databases.ts';
import { openUnleashFlags } from './flags.ts';
import { type AwsPlatform, createAwsPlatform } from './platform.ts';
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

/**
 * Every kind of resource of a stage, for a process that serves and polls all of it, looked at before it is used. Region, endpoint and
 * credentials come from where the SDK finds them. Measurements go to CloudWatch every minute and at the end. Throws `ConfigurationError` without a stage, and `PortError` naming what is missing.
 */
export const openAwsPlatform = async ({
  catalogue,
  configuration,
  onMetricsLost,
}: OpenAwsPlatformOptions): Promise<AwsPlatform> => {
  const { resourcePrefix: prefix, bucketSuffix } = configuration;
  if (prefix === undefined)
    throw new ConfigurationError('RESOURCE_PREFIX must say whose resources are meant, such as verifiedfan-dev');
  const metrics = createCloudWatchMetrics({
    namespace: `VerifiedFan/${prefix}`,
    connection: { clock: systemClock, random: systemRandom },
    onLost: onMetricsLost,
  });
  const platform = await createAwsPlatform({
    catalogue,
    names: { prefix, bucketSuffix },
    metrics,
    flags: (context) => openUnleashFlags(context, configuration),
    kinds: {
      table: openTables,
      stream: openStreams,
      queue: openQueues,
      bucket: openBuckets,
      notifications: openNotifications,
      cache: openCaches,
      database: openDatabases,
      topic: openTopics,
    },
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
