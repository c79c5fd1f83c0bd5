import { type Configuration, ConfigurationError } from '@verifiedfan/platform';
import {
  type AwsKinds,
  createAwsPlatform,
  createFunctionMetrics,
  fixedFlags,
  type OpenFlags,
} from '@verifiedfan/platform/aws';
import type { Catalogue, Platform } from '@verifiedfan/ports';

/** Opens the platform of one process. The catalogue holds what it reaches and nothing else. */
export type OpenPlatform = (options: { catalogue: Catalogue; configuration: Configuration }) => Promise<Platform>;

/**
 * The platform on AWS with those drivers that a bundle brings. Region and credentials are found by the SDK. Without `openFlags` the flags are those of
 * the configuration, and no server is asked.
 */
export const onAws =
  (kinds: AwsKinds, openFlags: OpenFlags = async (_context, { flags }) => fixedFlags(flags)): OpenPlatform =>
  async ({ catalogue, configuration }) => {
    const { resourcePrefix: prefix, bucketSuffix } = configuration;
    if (prefix === undefined)
      throw new ConfigurationError('RESOURCE_PREFIX is missing: the beginning of the names of the stage');
    const names = { prefix, bucketSuffix };
    const metrics = createFunctionMetrics(names);
    return createAwsPlatform({
      catalogue,
      names,
      kinds,
      metrics,
      flags: (context) => openFlags(context, configuration),
    });
  };
