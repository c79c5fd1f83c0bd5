import { ServiceError } from './errors.ts';

/** What a verified token says. The one profile of the estate. */
export type TokenClaims = {
  iss: string;
  aud: string | readonly string[];
  /** Who asks: a user, a worker or a service. */
  sub: string;
  /** Seconds since 1970. */
  iat: number;
  exp: number;
  /** The version of this profile. */
  ver: number;
  permissions?: readonly string[] | undefined;
  campaigns?: Readonly<Record<string, { actions: readonly string[] }>> | undefined;
  /** Passes every check of rights; rules of the data still hold. */
  supreme?: boolean | undefined;
};

/** Answers the claims of a token or throws. An error with `retryable: true` means that nobody could tell, and is answered 503. */
export type VerifyToken = (token: string) => TokenClaims | Promise<TokenClaims>;

/**
 * Who may call a route:
 * - `public`: everybody, without a token
 * - `token`: every valid token; what it may see is decided by the manager
 * - `permission`: holders of that permission, and supreme tokens
 * - `campaignAction`: tokens with that action on the campaign in the path (`:campaignId`), holders of `permission`, supreme tokens
 */
export type Access = 'public' | 'token' | { permission: string } | { campaignAction: string; permission?: string };

export const isSupreme = (claims: TokenClaims): boolean => claims.supreme === true;

/** Whether the token is supreme or holds the permission. */
export const hasPermission = (claims: TokenClaims, permission: string): boolean =>
  isSupreme(claims) || (claims.permissions?.includes(permission) ?? false);

/** The actions that the token itself names for a campaign. Own properties only: a campaign may be called `toString`. */
export const campaignActions = (claims: TokenClaims, campaignId: string): readonly string[] =>
  claims.campaigns !== undefined && Object.hasOwn(claims.campaigns, campaignId)
    ? (claims.campaigns[campaignId]?.actions ?? [])
    : [];

const allows = (access: Exclude<Access, 'public'>, claims: TokenClaims, campaignId: string | undefined): boolean => {
  if (access === 'token' || isSupreme(claims)) return true;
  if (access.permission !== undefined && hasPermission(claims, access.permission)) return true;
  if (!('campaignAction' in access) || campaignId === undefined) return false;
  return campaignActions(claims, campaignId).includes(access.campaignAction);
};

/** Throws FORBIDDEN unless the claims fit. Runs before anything is looked up, so the answer says nothing about what exists. */
export const requireAccess = (
  access: Exclude<Access, 'public'>,
  claims: TokenClaims,
  params: Readonly<Record<string, string>>,
): void => {
  const campaignId = Object.hasOwn(params, 'campaignId') ? params.campaignId : undefined;
  if (allows(access, claims, campaignId)) return;
  throw new ServiceError({ code: 'FORBIDDEN', message: 'The token does not have the right to do this' });
};
