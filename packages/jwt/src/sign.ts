import { checkOptions } from '@verifiedfan/map-utils';
import type { Clock } from '@verifiedfan/ports';
import { TokenError } from './errors.ts';
import type { KeySet } from './key-set.ts';
import { signerRules, signRules } from './option-rules.ts';
import { MAX_TOKEN_CHARACTERS, readClaims, TOKEN_VERSION, type Token } from './token.ts';

export type SignOptions = {
  subject: string;
  audience: string | readonly string[];
  /** Life of the token in seconds, whole, at least 1. Rights cannot be taken back before it ends, so keep it short. */
  ttlSeconds: number;
  permissions?: readonly string[] | undefined;
  campaigns?: Token['campaigns'] | undefined;
  supreme?: boolean | undefined;
};

export type SignerOptions = { keys: KeySet; issuer: string; clock: Clock };

/**
 * Signs tokens with the signing key of the set. Throws `TokenError`: `invalid_claims` for what a verifier would refuse, `too_large`
 * over 8,192 characters, `no_signing_key`.
 */
export const createTokenSigner = (options: SignerOptions): ((options: SignOptions) => string) => {
  checkOptions<SignerOptions>('createTokenSigner', options, signerRules);
  const { keys, issuer, clock } = options;
  const key = keys.signingKey();
  return (claimed) => {
    checkOptions<SignOptions>('a token', claimed, signRules);
    const { subject, audience, ttlSeconds, permissions, campaigns, supreme } = claimed;
    if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 1) throw new TokenError('invalid_claims', 'ttlSeconds');
    const iat = Math.floor(clock.now() / 1_000);
    const claims = {
      iss: issuer,
      aud: audience,
      sub: subject,
      iat,
      exp: iat + ttlSeconds,
      ver: TOKEN_VERSION,
      ...(permissions && { permissions }),
      ...(campaigns && { campaigns }),
      ...(supreme !== undefined && { supreme }),
    };
    readClaims(claims); // what we sign, we can read
    const token = key.sign(claims);
    if (token.length > MAX_TOKEN_CHARACTERS) throw new TokenError('too_large');
    return token;
  };
};
