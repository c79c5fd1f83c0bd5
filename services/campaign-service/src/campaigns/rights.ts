import { campaignActions, can, hasPermission, type TokenClaims } from '@verifiedfan/service';
import { CampaignError } from '../errors.ts';
import type { Campaign } from './campaign.ts';

export type Action = 'read' | 'update';

/** Reads every campaign: for workers and other services. */
export const READ_ALL = 'campaigns:read';
export const CREATE = 'campaigns:create';

/** Whether the token may do this to the campaign: by its own list, as the campaign's creator, or by reading all. */
export const may = (claims: TokenClaims, campaign: Campaign, action: Action): boolean =>
  can(claims, campaign._id, action) ||
  campaign.createdBy === claims.sub ||
  (action === 'read' && hasPermission(claims, READ_ALL));

/** Whoever has any right on a campaign knows that it exists. */
const knows = (claims: TokenClaims, campaign: Campaign): boolean =>
  may(claims, campaign, 'read') || campaignActions(claims, campaign._id).length > 0;

/** Throws CAMPAIGN_NOT_FOUND for a campaign that is not there or that the caller may not know of, FORBIDDEN without the right. */
export function throwIfInvalidPermissions(
  claims: TokenClaims,
  campaign: Campaign | undefined,
  action: Action,
): asserts campaign is Campaign {
  if (campaign === undefined || !knows(claims, campaign)) throw new CampaignError('CAMPAIGN_NOT_FOUND');
  if (!may(claims, campaign, action)) throw new CampaignError('FORBIDDEN');
}

/** Which campaigns a token may read: all, or those that it names and those that its subject created. */
export const readableBy = (claims: TokenClaims): 'all' | { ids: string[]; createdBy: string } => {
  if (hasPermission(claims, READ_ALL)) return 'all';
  const ids = Object.keys(claims.campaigns ?? {}).filter((id) => campaignActions(claims, id).includes('read'));
  return { ids, createdBy: claims.sub };
};
