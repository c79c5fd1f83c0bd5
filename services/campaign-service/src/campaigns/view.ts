import type { JsonObject } from '@verifiedfan/ports';
import type { Campaign, Market } from './campaign.ts';
import { type CampaignView, campaignView, type MarketView, marketView } from './schemas.ts';

const fieldsOf = ({ shape }: { shape: object }): string[] => Object.keys(shape);
const CAMPAIGN_FIELDS = fieldsOf(campaignView).filter((name) => name !== 'markets');
const MARKET_FIELDS = fieldsOf(marketView);

/** Only fields of the contract: what is stored for the service's own use never gets out because somebody forgot to remove it. */
const pick = (document: JsonObject, fields: readonly string[]): JsonObject => {
  const picked: JsonObject = {};
  for (const name of fields) {
    const value = document[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
};

/** A market as the outside sees it, with every language. */
export const toMarketView = (market: Market): MarketView => pick(market, MARKET_FIELDS) as MarketView;

/** A campaign with its markets in their order, as the outside sees it, with every language. */
export const toCampaignView = (campaign: Campaign, markets: readonly Market[]): CampaignView =>
  ({ ...pick(campaign, CAMPAIGN_FIELDS), markets: markets.map(toMarketView) }) as unknown as CampaignView;
