import type { Campaign } from '../campaigns/campaign.ts';
import type { CampaignChange, CampaignDatastore } from '../campaigns/datastore.ts';
import { publicationsOf } from '../campaigns/publications.ts';

/**
 * What has to be told of the campaigns that these are linked with, because their pages show them: an event and a purge, one step deep. Each
 * hears once, and those that change themselves hear of that anyway.
 */
export const tellLinked = async (
  datastore: Pick<CampaignDatastore, 'find' | 'findMarkets'>,
  campaigns: readonly Campaign[],
): Promise<CampaignChange[]> => {
  const changing = new Set(campaigns.map(({ _id }) => _id));
  const linked = new Set(campaigns.flatMap(({ linkedCampaignIds = [] }) => linkedCampaignIds));
  const ids = [...linked].filter((id) => !changing.has(id));
  if (ids.length === 0) return [];
  const others = await datastore.find({ filter: { _id: { $in: ids } }, limit: ids.length });
  const markets = await datastore.findMarkets(ids);
  return others.map((campaign) => {
    const snapshot = { campaign, markets: markets.get(campaign._id) ?? [] };
    const publications = publicationsOf({
      type: 'verifiedfan.campaign.updated',
      previous: snapshot,
      next: snapshot,
    });
    return { previous: campaign, next: campaign, publications };
  });
};
