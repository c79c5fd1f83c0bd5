import { createMemoryMetrics } from '@verifiedfan/embedded';
import type { Catalogue } from '@verifiedfan/ports';
import { type Configuration, ConfigurationError } from '../configuration.ts';
import { openBuckets, openNotifications } from './buckets.ts';
import { openCaches } from './caches.ts';
import { openDatabases } from './databases.ts';
import { type AwsPlatform, createAwsPlatform } from './platform.ts';
import { openQueues } from './queues.ts';
import { openStreams } from './streams.ts';
import { openTables } from './tables.ts';
import { openTopics } from './topics.ts';

export type OpenAwsPlatformOptions = {
  catalogue: Catalogue;
  configuration: Pick<Configuration, 'resourcePrefix' | 'bucketSuffix'>;
};

/**
 * Every kind of resource of a stage, for a process that serves and polls all of it, looked at before it is used. Region, endpoint and
 * credentials come from where the SDK finds them. Throws `ConfigurationError` without a stage, and `PortError` naming what is missing.
 */
export const openAwsPlatform = async ({ catalogue, configuration }: OpenAwsPlatformOptions): Promise<AwsPlatform> => {
  const { resourcePrefix: prefix, bucketSuffix } = configuration;
  if (prefix === undefined)
    throw new ConfigurationError('RESOURCE_PREFIX must say whose resources are meant, such as verifiedfan-dev');
  const platform = await createAwsPlatform({
    catalogue,
    names: { prefix, bucketSuffix },
    metrics: createMemoryMetrics(),
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
    return platform;
  } catch (error) {
    await platform.close();
    throw error;
  }
};
