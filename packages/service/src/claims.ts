import { can, hasPermission, type Token } from '@verifiedfan/jwt';
import { ServiceError } from './errors.ts';

/** What a verified token says: the one profile of the estate. */
export type TokenClaims = Token;

/** Answers the claims of a token or throws. An error with `retryable: true` means that nobody could tell, and is answered 503. */
export type VerifyToken = (token: string) => TokenClaims | Promise<TokenClaims>;

/**
 * Who may call a route:
 * - `public`: everybody, without a token
 * - `token`: every valid token; what it may see is decided by the manager
 * - `supreme`: supreme tokens and nobody else
 * - `permission`: holders of that permission, and supreme tokens
 * - `campaignAction`: tokens with that action on the campaign in the path (`:campaignId`), holders of `permission`, supreme tokens
 */
export type Access =
  | 'public'
  | 'token'
  | 'supreme'
  | { permission: string }
  | { campaignAction: string; permission?: string };

const allows = (access: Exclude<Access, 'public'>, claims: TokenClaims, campaignId: string | undefined): boolean => {
  if (access === 'token') return true;
  if (access === 'supreme') return claims.supreme === true;
  if (access.permission !== undefined && hasPermission(claims, access.permission)) return true;
  return 'campaignAction' in access && campaignId !== undefined && can(claims, campaignId, access.campaignAction);
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
