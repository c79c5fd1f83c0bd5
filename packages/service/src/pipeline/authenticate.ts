import { requireAccess, type TokenClaims, type VerifyToken } from '../claims.ts';
import { ServiceError } from '../errors.ts';
import type { Middleware } from '../exchange.ts';

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

const unauthorized = (message: string, cause?: unknown): ServiceError =>
  new ServiceError({ code: 'UNAUTHORIZED', message, headers: { 'www-authenticate': 'Bearer' }, cause });

const verify = async (verifyToken: VerifyToken, header: string): Promise<TokenClaims> => {
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw unauthorized('A bearer token is required');
  try {
    return await verifyToken(token);
  } catch (cause) {
    // Keys that cannot be read say nothing about the token: the caller may repeat the request.
    if (cause instanceof Error && Reflect.get(cause, 'retryable') === true) throw cause;
    throw unauthorized('The token is not valid', cause);
  }
};

/** 401 for a missing or invalid token, 403 for a missing right. Runs before the body is read. */
export const authenticate = ({ verifyToken }: { verifyToken: VerifyToken }): Middleware =>
  async function checkToken(context, next) {
    const { exchange } = context.state;
    const access = exchange.route?.access;
    if (access === undefined) throw new Error('A route without access was reached');
    if (access !== 'public') {
      exchange.claims = await verify(verifyToken, context.get('authorization'));
      requireAccess(access, exchange.claims, exchange.params);
    }
    await next();
  };
