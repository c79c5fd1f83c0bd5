import type { Campaign, Market } from './campaign.ts';
import type { CampaignView, MarketView } from './schemas.ts';

/** A market as the outside sees it. */
export const toMarketView = ({ position: _position, ...market }: Market): MarketView => market as MarketView;

/** A campaign with its markets in their order, as the outside sees it. */
export const toCampaignView = (
  { createdBy: _createdBy, sequence: _sequence, ...campaign }: Campaign,
  markets: readonly Market[],
): CampaignView => ({ ...campaign, markets: markets.map(toMarketView) }) as CampaignView;
