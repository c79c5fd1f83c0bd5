import type { Configuration } from '@verifiedfan/platform';
import type { Catalogue, Platform } from '@verifiedfan/ports';

/** Opens the platform of one function. The catalogue holds what its worker reaches and nothing else. */
export type OpenPlatform = (options: { catalogue: Catalogue; configuration: Configuration }) => Promise<Platform>;

export const openPlatform: OpenPlatform = async () => {
  throw new Error('runtime/platform exports no platform on AWS yet');
};
