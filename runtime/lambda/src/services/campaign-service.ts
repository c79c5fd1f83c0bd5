import {
  type CampaignDestinations,
  type CampaignServiceOptions,
  createCampaignService,
  readCampaignServiceSettings,
} from '@verifiedfan/campaign-service';
import { createDiscovery } from '@verifiedfan/discovery';
import { createFastly } from '@verifiedfan/fastly';
import { createGitlab } from '@verifiedfan/gitlab';
import { readCredentials } from './credentials.ts';
import { services } from './list.ts';
import type { OpenService, ServiceParts, ServiceSurroundings } from './open-service.ts';

const { partners } = services['campaign-service'];

/** Those of them that the installation has credentials of. */
const openPartners = async (
  { clock, random, log }: ServiceParts,
  { platform: { secrets }, endpoints }: ServiceSurroundings,
) => {
  const [discovery, fastly, gitlab] = await Promise.all([
    readCredentials(partners.discovery, { secrets }),
    readCredentials(partners.fastly, { secrets }),
    readCredentials(partners.gitlab, { secrets }),
  ]);
  const given = { discovery, fastly, gitlab };
  const absent = Object.entries(given).flatMap(([name, credentials]) => (credentials === undefined ? [name] : []));
  if (absent.length > 0) log.warn('there are no credentials of some partners; they are done without', { absent });
  const shared = { clock, random, log };
  return {
    discovery:
      discovery && createDiscovery({ ...shared, apiKey: discovery.discoveryApiKey, baseUrl: endpoints.discovery }),
    fastly:
      fastly &&
      createFastly({
        ...shared,
        token: fastly.fastlyToken,
        serviceId: fastly.fastlyServiceId,
        baseUrl: endpoints.fastly,
      }),
    gitlab:
      gitlab &&
      createGitlab({ ...shared, token: gitlab.gitlabToken, project: gitlab.gitlabProject, baseUrl: endpoints.gitlab }),
  };
};

/** Campaigns with their destinations, their partners and the relay of their events, which every task runs: a lease says whose turn it is. */
export const openCampaignService: OpenService = async (parts, surroundings) => {
  const { platform, campaignSettings = {} } = surroundings;
  const settings = readCampaignServiceSettings(campaignSettings);
  const { discovery, fastly, gitlab } = await openPartners(parts, surroundings);
  const destinations: CampaignDestinations = {
    campaignDataStream: platform.stream('campaignDataStream'),
    dataPipelineQueue: platform.queue('dataPipelineQueue'),
    attendanceQueue: platform.queue('attendanceQueue'),
    refreshSelectionsQueue: platform.queue('refreshSelectionsQueue'),
    purge: fastly && ((keys) => fastly.purge(keys)),
  };
  const cache = platform.cache('discoveryCache');
  const options: CampaignServiceOptions = {
    ...parts,
    ...settings.options,
    ...{ destinations, discovery, gitlab, discoveryCache: cache, promoterCache: cache },
    cacheReplica: settings.cacheReplica === undefined ? undefined : platform.cache(settings.cacheReplica),
  };
  const server = createCampaignService(options);
  return {
    server,
    drainMs: settings.close.drainMs,
    start: () => server.relay.start(),
    async close() {
      // What was not sent by now is sent by another task, or by the next one.
      await server.relay.stop();
      await Promise.all([discovery?.close(), fastly?.close(), gitlab?.close()]);
    },
  };
};
