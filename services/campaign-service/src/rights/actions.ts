import { campaignActions, can, hasPermission, type TokenClaims } from '@verifiedfan/service';

export type Action = 'read' | 'update';

/** As much of a stored campaign as its rights depend on. */
export type Owned = { _id: string; createdBy: string };

type Grant = {
  /** Whoever has this permission may do it to every campaign. */
  permission?: string;
  /** May the subject that created the campaign do it, also with a token that is older than the campaign? */
  creator: boolean;
};

/**
 * Who may do what to a campaign, besides supreme tokens and those that list the action for it. There is no action that is not here, and
 * nobody may do it who is not named.
 */
export const ACTIONS: Readonly<Record<Action, Grant>> = {
  // Workers and other services read every campaign.
  read: { permission: 'campaigns:read', creator: true },
  update: { creator: true },
};

/** Whether the token may do this to the campaign. */
export const may = (claims: TokenClaims, campaign: Owned, action: Action): boolean => {
  const { permission, creator } = ACTIONS[action];
  return (
    can(claims, campaign._id, action) ||
    (creator && campaign.createdBy === claims.sub) ||
    (permission !== undefined && hasPermission(claims, permission))
  );
};

/** Whoever may read a campaign, or has any action on it, knows that it exists. */
export const knows = (claims: TokenClaims, campaign: Owned): boolean =>
  may(claims, campaign, 'read') || campaignActions(claims, campaign._id).length > 0;

/** To which campaigns a token may do this: all, or those that it lists and those that its subject created. */
export const reachOf = (claims: TokenClaims, action: Action): 'all' | { ids: string[]; createdBy?: string } => {
  const { permission, creator } = ACTIONS[action];
  if (claims.supreme === true || (permission !== undefined && hasPermission(claims, permission))) return 'all';
  const ids = Object.keys(claims.campaigns ?? {}).filter((id) => campaignActions(claims, id).includes(action));
  return creator ? { ids, createdBy: claims.sub } : { ids };
};

/** Names of everything that gives this action, for people to read. */
export const rolesFor = (action: Action): string[] => {
  const { permission, creator } = ACTIONS[action];
  return [
    ...(permission === undefined ? [] : [permission]),
    `action ${action}`,
    ...(creator ? ['creator'] : []),
    'supreme',
  ];
};
