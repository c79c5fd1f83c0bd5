import type { TokenClaims } from '@verifiedfan/service';
import { CampaignError } from '../errors.ts';
import { type Action, knows, may } from '../rights/index.ts';
import type { Campaign } from './campaign.ts';

export { type Action, may };

/** Throws CAMPAIGN_NOT_FOUND for a campaign that is not there or that the caller may not know of, FORBIDDEN without the right. */
export function throwIfInvalidPermissions(
  claims: TokenClaims,
  campaign: Campaign | undefined,
  action: Action,
): asserts campaign is Campaign {
  if (campaign === undefined || !knows(claims, campaign)) throw new CampaignError('CAMPAIGN_NOT_FOUND');
  if (!may(claims, campaign, action)) throw new CampaignError('FORBIDDEN');
}
