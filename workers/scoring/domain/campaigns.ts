import { createCampaignClient } from '@verifiedfan/campaign-client';
import { createRequest } from '@verifiedfan/request';
import type { ServiceKit } from '@verifiedfan/worker';
import type { Offer } from './rank.ts';

const TIMEOUT_MS = 3_000;
const DEADLINE_MS = 10_000;

/** campaign-service as the scoring workers see it. */
export const createCampaigns = (kit: ServiceKit) => {
  const request = createRequest({
    baseUrl: kit.endpoint('campaignService'),
    clock: kit.clock,
    random: kit.random,
    timeoutMs: TIMEOUT_MS,
    deadlineMs: DEADLINE_MS,
    propagate: true,
  });
  const client = createCampaignClient({ request, getToken: kit.workerToken('campaign-service') });
  return {
    client,
    /** What a campaign offers; undefined when there is no such campaign. A market that is closed is not offered any more. */
    async fetchOffer(campaignId: string): Promise<Offer | undefined> {
      const campaign = await client.findById(campaignId);
      if (campaign === undefined) return undefined;
      const events = (campaign.markets ?? []).filter(({ status }) => status !== 'CLOSED').map(({ eventId }) => eventId);
      return { events, ...(campaign.maxRank === undefined ? {} : { maxRank: campaign.maxRank }) };
    },
  };
};
