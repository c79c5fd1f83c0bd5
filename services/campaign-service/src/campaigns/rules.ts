import { CampaignError } from '../errors.ts';
import { checkMarket, checkWindow } from '../markets/rules.ts';
import type { Campaign, Market } from './campaign.ts';
import type { CampaignDraft } from './schemas.ts';

/** Its site is free for others, and stays so. */
const INACTIVE_SITE = {
  pointer: '/domain/site',
  rule: 'inactive',
  message: 'A campaign that is INACTIVE cannot have a site',
  allowed: [],
};

/** Throws INVALID_CAMPAIGN with everything that breaks a rule of the business. */
export const throwIfInvalidCampaign = (
  { date, domain, markets }: CampaignDraft,
  stored: { campaign: Campaign; markets: readonly Market[] } | undefined,
): void => {
  const statuses = new Map(stored?.markets.map(({ eventId, status }) => [eventId, status]));
  const rules = { date, status: stored?.campaign.status };
  const details = [
    ...checkWindow(date, ['date']),
    ...(stored?.campaign.status === 'INACTIVE' && domain.site !== undefined ? [INACTIVE_SITE] : []),
    ...markets.flatMap((market, index) =>
      checkMarket(market, rules, { known: statuses.get(market.eventId), path: ['markets', index] }),
    ),
  ];
  if (details.length > 0) throw new CampaignError('INVALID_CAMPAIGN', details.slice(0, 20));
};
