/** For tests of services: starts one with tokens that are their own claims. Not part of what services run on. */
import type { TestContext } from 'node:test';
import type { Database, Random } from '@verifiedfan/ports';
import { createManualClock, createSeededRandom, type HttpRequestOptions, request } from '@verifiedfan/test-utils';
import type { ServiceServer, ServiceServerOptions, TokenClaims } from '../src/index.ts';
import { openDatabase } from './servers.ts';

export { EMBEDDED, openCache, openDatabase, runOn, type TestServers } from './servers.ts';

export type Claims = Partial<TokenClaims>;

const claimsOf = (claims: Claims): TokenClaims => ({
  iss: 'test',
  aud: 'test',
  sub: 'user-1',
  iat: 0,
  exp: 1,
  ver: 1,
  ...claims,
});

/** Tokens of these tests are their own claims: what is under test is the service, not the signature. */
export const tokenOf = (claims: Claims): string => Buffer.from(JSON.stringify(claimsOf(claims))).toString('base64url');
const verifyToken = (token: string): TokenClaims =>
  JSON.parse(Buffer.from(token, 'base64url').toString()) as TokenClaims;

export type CallOptions = Omit<HttpRequestOptions, 'url'> & { claims?: Claims };

/** What every service is made from in these tests. */
export type ServiceParts = Pick<ServiceServerOptions, 'clock' | 'random' | 'log' | 'verifyToken' | 'strict'> & {
  database: Database;
  random: Random;
};

/** A service on a free port with strict contracts, closed when the test ends. */
export const startServiceFor = async <Service extends ServiceServer>(
  context: TestContext,
  create: (parts: ServiceParts) => Service,
  { database = openDatabase(context) } = {},
) => {
  const clock = createManualClock();
  const lines: string[] = [];
  const write = (message: string, data?: Record<string, unknown>): void => {
    const error = data?.error instanceof Error ? data.error.stack : undefined;
    lines.push(JSON.stringify({ message, ...data, error }));
  };
  const log = { debug: write, info: write, warn: write, error: write };
  const random = createSeededRandom({ seed: 'service' });
  const service = create({ database, clock, random, log, verifyToken, strict: true });
  const listening = await service.listen();
  context.after(() => listening.close());
  const call = (path: string, { claims = {}, headers, ...options }: CallOptions = {}) =>
    request({
      url: `${listening.url}${path}`,
      headers: { authorization: `Bearer ${tokenOf(claims)}`, ...headers },
      ...options,
    });
  return { service, listening, database, clock, lines, call };
};

type Answer = Awaited<ReturnType<typeof request>>;
type ErrorBody = { type: string; details?: { pointer: string; rule: string }[] };
export const dataOf = <T>(answer: Answer): T => (answer.json() as { data: T }).data;
export const errorOf = (answer: Answer): ErrorBody => (answer.json() as { error: ErrorBody }).error;
