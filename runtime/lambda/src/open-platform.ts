import { type Configuration, ConfigurationError } from '@verifiedfan/platform';
import { type AwsKinds, createAwsPlatform, createFunctionMetrics } from '@verifiedfan/platform/aws';
import type { Catalogue, Platform } from '@verifiedfan/ports';

/** Opens the platform of one process. The catalogue holds what it reaches and nothing else. */
export type OpenPlatform = (options: { catalogue: Catalogue; configuration: Configuration }) => Promise<Platform>;

/** The platform on AWS with those drivers that a bundle brings. Region and credentials are found by the SDK. */
export const onAws =
  (kinds: AwsKinds): OpenPlatform =>
  async ({ catalogue, configuration: { resourcePrefix, bucketSuffix } }) => {
    if (resourcePrefix === undefined)
      throw new ConfigurationError('RESOURCE_PREFIX is missing: the beginning of the names of the stage');
    const names = { prefix: resourcePrefix, bucketSuffix };
    return createAwsPlatform({ catalogue, names, kinds, metrics: createFunctionMetrics(names) });
  };
