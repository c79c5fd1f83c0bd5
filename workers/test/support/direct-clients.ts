import type { Campaign, Selection, SelectionAnswer } from '@verifiedfan/campaign-client';
import { CampaignError } from '@verifiedfan/campaign-service';
import type { EntryClient, ScoringAnswer } from '@verifiedfan/entry-client';
import { offerOf } from '../../scoring/domain/campaigns.ts';
import { calling } from './faults.ts';
import { claimsOf, type RealServices } from './real-services.ts';

const READER = claimsOf({ permissions: ['campaigns:read'] });

/**
 * The clients of both services without HTTP: hundreds of histories would spend their time on sockets, and what happens first would not be
 * the same twice. Calls fail, before or behind their effect, as the running invocation says.
 */
export const createDirectClients = ({ campaigns, entries }: RealServices) => {
  const scoring = entries.routes.find(({ path }) => path === '/scoring');
  if (scoring?.body === undefined) throw new TypeError('entry-service has a route for scores');
  const { body: schema, handler } = scoring;

  const postScoring: EntryClient['postScoring'] = (body) =>
    calling(async () => {
      const checked = schema.check(JSON.parse(JSON.stringify(body)));
      if (!('ok' in checked) || !checked.ok) throw new TypeError(`entry-service refuses: ${JSON.stringify(checked)}`);
      const request = { body: checked.value, params: {}, query: {}, claims: READER, correlation: 'test' };
      const reply = await handler({ ...request, operation: undefined, header: () => undefined });
      return reply.data as ScoringAnswer;
    });

  const find = (campaignId: string): Promise<Campaign | undefined> =>
    calling(async () => {
      try {
        return (await campaigns.manager.findById(campaignId, READER)) as unknown as Campaign;
      } catch (error) {
        if (error instanceof CampaignError && error.code === 'CAMPAIGN_NOT_FOUND') return undefined;
        throw error;
      }
    });

  const putSelection = (
    campaignId: string,
    marketId: string,
    selection: Selection,
  ): Promise<SelectionAnswer | undefined> =>
    calling(async () => {
      try {
        return await campaigns.markets.select({ campaignId, marketId }, selection);
      } catch (error) {
        if (error instanceof CampaignError && error.code.endsWith('_NOT_FOUND')) return undefined;
        throw error;
      }
    });

  return {
    entries: { postScoring },
    find,
    putSelection,
    async fetchOffer(campaignId: string) {
      const campaign = await find(campaignId);
      return campaign === undefined ? undefined : offerOf(campaign);
    },
  };
};
export type DirectClients = ReturnType<typeof createDirectClients>;
