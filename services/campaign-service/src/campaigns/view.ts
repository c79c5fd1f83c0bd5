import type { JsonObject } from '@verifiedfan/ports';
import type { Campaign, Market } from './campaign.ts';
import { type CampaignView, campaignView, type MarketView, marketView } from './schemas.ts';

const fieldsOf = ({ shape }: { shape: object }): Set<string> => new Set(Object.keys(shape));
const CAMPAIGN_FIELDS = fieldsOf(campaignView);
CAMPAIGN_FIELDS.delete('markets');
const MARKET_FIELDS = fieldsOf(marketView);

const hasOnly = (document: JsonObject, fields: ReadonlySet<string>): boolean => {
  for (const name in document) if (!fields.has(name)) return false;
  return true;
};

/**
 * Only fields of the contract: what is stored for the service's own use never gets out because somebody forgot to remove it. A document
 * that has no others is its own view.
 */
const pick = (document: JsonObject, fields: ReadonlySet<string>): JsonObject => {
  if (hasOnly(document, fields)) return document;
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
export const toCampaignView = (campaign: Campaign, markets: readonly Market[]): CampaignView => {
  const views = markets.map(toMarketView);
  return { ...pick(campaign, CAMPAIGN_FIELDS), markets: views } as unknown as CampaignView;
};
