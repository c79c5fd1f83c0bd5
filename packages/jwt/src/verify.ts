import { checkOptions } from '@verifiedfan/map-utils';
import type { Clock } from '@verifiedfan/ports';
import { TokenError } from './errors.ts';
import { ALGORITHMS, type Algorithm } from './key-material.ts';
import type { KeySet } from './key-set.ts';
import { verifierRules } from './option-rules.ts';
import { MAX_TOKEN_CHARACTERS, readClaims, type Token } from './token.ts';

export type VerifierOptions = {
  keys: KeySet;
  issuer: string;
  /** The name of this service; a token for several services must list it. */
  audience: string;
  clock: Clock;
  /** How far the clocks of issuer and verifier may be apart, in seconds. @default 5 */
  clockToleranceSeconds?: number | undefined;
  /** @default HS256, RS256 and ES256, each only with a key of its own */
  algorithms?: readonly Algorithm[] | undefined;
};

/**
 * Checks signature, issuer, audience, times and profile, in this order, and returns the claims of the profile. Throws `TokenError`;
 * no error holds the token or a claim's value.
 */
export const createTokenVerifier = (options: VerifierOptions): ((token: string) => Token) => {
  checkOptions<VerifierOptions>('createTokenVerifier', options, verifierRules);
  const { keys, issuer, audience, clock, clockToleranceSeconds = 5, algorithms = ALGORITHMS } = options;
  return (token) => {
    if (typeof token !== 'string' || token.length > MAX_TOKEN_CHARACTERS) throw new TokenError('malformed');
    const { token: claims, notBefore } = readClaims(keys.keyOf(token, algorithms).verify(token));
    if (claims.iss !== issuer) throw new TokenError('wrong_issuer');
    if (claims.aud !== audience && !(Array.isArray(claims.aud) && claims.aud.includes(audience))) {
      throw new TokenError('wrong_audience');
    }
    const now = clock.now() / 1_000;
    // "On or after" exp: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
    if (now >= claims.exp + clockToleranceSeconds) throw new TokenError('expired');
    if (Math.max(claims.iat, notBefore ?? 0) > now + clockToleranceSeconds) throw new TokenError('not_yet_valid');
    return claims;
  };
};
