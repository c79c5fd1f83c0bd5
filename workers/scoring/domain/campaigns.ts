import { type Campaign, createCampaignClient } from '@verifiedfan/campaign-client';
import { createRequest, RequestError } from '@verifiedfan/request';
import type { ServiceKit } from '@verifiedfan/worker';
import type { Offer } from './rank.ts';

const TIMEOUT_MS = 3_000;
const DEADLINE_MS = 10_000;

/** Ids by the grammar that no path can name. */
const UNNAMEABLE: ReadonlySet<string> = new Set(['.', '..']);

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

  /** Undefined when there is no such campaign, and for ids that no campaign can have: a row may name anything, and must fail alone. */
  const find = async (campaignId: string): Promise<Campaign | undefined> => {
    if (UNNAMEABLE.has(campaignId)) return undefined;
    try {
      return await client.findById(campaignId);
    } catch (error) {
      // A reserved word of the routes, such as `refresh`.
      if (error instanceof RequestError && error.status === 405) return undefined;
      throw error;
    }
  };

  return {
    find,
    putSelection: client.putSelection,
    /** What a campaign offers; undefined when there is no such campaign. */
    async fetchOffer(campaignId: string): Promise<Offer | undefined> {
      const campaign = await find(campaignId);
      return campaign === undefined ? undefined : offerOf(campaign);
    },
  };
};

/** A market that is closed is not offered any more. */
export const offerOf = ({ markets, maxRank }: Pick<Campaign, 'markets' | 'maxRank'>): Offer => {
  const events = markets.filter(({ status }) => status !== 'CLOSED').map(({ eventId }) => eventId);
  return { events, ...(maxRank === undefined ? {} : { maxRank }) };
};
