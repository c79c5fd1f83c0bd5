import { TokenError } from './errors.ts';
import { createTokenSigner, type SignerOptions, type SignOptions } from './sign.ts';
import type { Token } from './token.ts';
import { createTokenVerifier, type VerifierOptions } from './verify.ts';

/** The part of a token that says what its bearer may do. */
export type Rights = Pick<Token, 'permissions' | 'campaigns' | 'supreme'>;

const NONE: readonly string[] = [];

const isList = (value: unknown): value is readonly string[] => Array.isArray(value);

/** True for a listed permission and for supreme. Text in place of a list counts as no permission, never as a substring search. */
export const hasPermission = (token: Rights, permission: string): boolean =>
  token.supreme === true || (isList(token.permissions) && token.permissions.includes(permission));

/** The actions listed for one campaign. Empty for `__proto__`, `constructor` and every other name that the map only inherits. */
export const campaignActions = (token: Rights, campaignId: string): readonly string[] => {
  const { campaigns } = token;
  if (campaigns === undefined || !Object.hasOwn(campaigns, campaignId)) return NONE;
  const actions = campaigns[campaignId]?.actions;
  return isList(actions) ? actions : NONE;
};

/** May the bearer do this to this campaign? Supreme may do everything. */
export const can = (token: Rights, campaignId: string, action: string): boolean =>
  token.supreme === true || campaignActions(token, campaignId).includes(action);

export type MakeTokenOptions = SignerOptions &
  Omit<SignOptions, 'subject' | 'ttlSeconds'> & {
    /** Becomes the subject. May not begin with `worker:`. */
    userId: string;
    /** Seconds. */
    expiresIn: number;
  };

/** Makes the token of a user. Throws as `createTokenSigner` does. */
export const MakeToken = ({ keys, issuer, clock, userId, expiresIn, ...rights }: MakeTokenOptions): string => {
  // Otherwise a user could be named so that worker checks take them for a worker.
  if (userId.startsWith('worker:')) throw new TokenError('invalid_claims', 'userId');
  return createTokenSigner({ keys, issuer, clock })({ subject: userId, ttlSeconds: expiresIn, ...rights });
};

/** Verifies a token and returns its claims. Throws as `createTokenVerifier` does. */
export const ReadToken = ({ token, ...options }: VerifierOptions & { token: string }): Token =>
  createTokenVerifier(options)(token);
