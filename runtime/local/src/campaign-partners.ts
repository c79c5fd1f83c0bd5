import type { CampaignServiceOptions } from '@verifiedfan/campaign-service';
import type { Cache, Catalogue, Platform } from '@verifiedfan/ports';
import { SANDBOX_DISCOVERY, SANDBOX_GITLAB } from '@verifiedfan/sandbox';
import { once, runAll } from './once.ts';

export type CampaignPartnersOptions = {
  platform: Platform;
  catalogue: Catalogue;
  /** Where the sandbox stands in for both; asked with the first call, when it listens. */
  sandboxUrl: () => string;
};

type Partners = Pick<CampaignServiceOptions, 'discovery' | 'discoveryCache' | 'promoterCache' | 'gitlab'>;

const CACHE = 'discoveryCache';

/** Those whom campaign-service asks. Clients and cache are opened with the first question: most commands ask nobody. */
export const campaignPartners = ({
  platform,
  catalogue,
  sandboxUrl,
}: CampaignPartnersOptions): { partners: Partners; close(): Promise<void> } => {
  const { clock, random } = platform;
  const discovery = once(async () => {
    const { createDiscovery } = await import('@verifiedfan/discovery');
    const baseUrl = `${sandboxUrl()}/discovery/discovery/v2`;
    return createDiscovery({ apiKey: SANDBOX_DISCOVERY.apiKey, clock, random, baseUrl });
  });
  const gitlab = once(async () => {
    const { createGitlab } = await import('@verifiedfan/gitlab');
    return createGitlab({ ...SANDBOX_GITLAB, clock, random, baseUrl: `${sandboxUrl()}/gitlab/api/v4` });
  });
  const close = (): Promise<void> =>
    runAll([async () => (await discovery.started())?.close(), async () => (await gitlab.started())?.close()]);
  const cache: Cache | undefined =
    catalogue[CACHE]?.kind === 'cache'
      ? {
          get: async (key) => platform.cache(CACHE).get(key),
          set: async (...call) => platform.cache(CACHE).set(...call),
          delete: async (...call) => platform.cache(CACHE).delete(...call),
        }
      : undefined;
  return {
    partners: {
      discoveryCache: cache,
      promoterCache: cache,
      discovery: {
        searchArtists: async (query) => (await discovery()).searchArtists(query),
        searchVenues: async (query) => (await discovery()).searchVenues(query),
        searchEvents: async (query) => (await discovery()).searchEvents(query),
        findArtist: async (query) => (await discovery()).findArtist(query),
        findVenue: async (query) => (await discovery()).findVenue(query),
        findEvent: async (query) => (await discovery()).findEvent(query),
        close,
      },
      gitlab: {
        readFile: async (file) => (await gitlab()).readFile(file),
        proposeChange: async (change) => (await gitlab()).proposeChange(change),
        close,
      },
    },
    close,
  };
};
