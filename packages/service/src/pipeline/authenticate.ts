import { requireAccess, type TokenClaims, type VerifyToken } from '../claims.ts';
import { ServiceError } from '../errors.ts';
import type { Step } from '../exchange.ts';

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

const unauthorized = (message: string, cause?: unknown): ServiceError =>
  new ServiceError({ code: 'UNAUTHORIZED', message, headers: { 'www-authenticate': 'Bearer' }, cause });

const readToken = (header: string): string => {
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw unauthorized('A bearer token is required');
  return token;
};

const refuse = (cause: unknown): never => {
  // Keys that cannot be read say nothing about the token: the caller may repeat the request.
  if (cause instanceof Error && Reflect.get(cause, 'retryable') === true) throw cause;
  throw unauthorized('The token is not valid', cause);
};

/** Whatever can be waited for is waited for, also what is no promise of this realm: nobody may come in on claims that are still to come. */
const isPending = (claims: TokenClaims | Promise<TokenClaims>): claims is Promise<TokenClaims> => 'then' in claims;

const verify = (verifyToken: VerifyToken, token: string): TokenClaims | Promise<TokenClaims> => {
  try {
    const claims = verifyToken(token);
    return isPending(claims) ? Promise.resolve(claims).catch(refuse) : claims;
  } catch (cause) {
    return refuse(cause);
  }
};

/** 401 for a missing or invalid token, 403 for a missing right. Runs before the body is read. */
export const authenticate =
  ({ verifyToken }: { verifyToken: VerifyToken }): Step =>
  (context) => {
    const { exchange } = context.state;
    const access = exchange.route?.access;
    if (access === undefined) throw new Error('A route without access was reached');
    if (access === 'public') return undefined;
    const accept = (claims: TokenClaims): undefined => {
      exchange.claims = claims;
      requireAccess(access, claims, exchange.params);
    };
    const claims = verify(verifyToken, readToken(context.get('authorization')));
    return isPending(claims) ? claims.then(accept) : accept(claims);
  };
