import type { TestContext } from 'node:test';
import { openSqliteDatabase } from '@verifiedfan/embedded';
import type { Collection } from '@verifiedfan/ports';
import { createManualClock, createSeededRandom, request } from '@verifiedfan/test-utils';
import {
  createIdempotencyStore,
  createServiceServer,
  IDEMPOTENCY_INDEXES,
  type Listening,
  type Route,
  type ServiceServerOptions,
  type StoredAttempt,
  type TokenClaims,
} from '../../src/index.ts';

export type LogLine = { level: string; message: string; data: Record<string, unknown> };

export const claimsOf = (claims: Partial<TokenClaims> = {}): TokenClaims => ({
  iss: 'test',
  aud: 'test',
  sub: 'user-1',
  iat: 0,
  exp: 1,
  ver: 1,
  ...claims,
});

/** Tokens of these tests are their own claims: what is under test is the pipeline, not the signature. */
export const tokenOf = (claims: Partial<TokenClaims> = {}): string =>
  Buffer.from(JSON.stringify(claimsOf(claims))).toString('base64url');

export const verifyToken = (token: string): TokenClaims =>
  JSON.parse(Buffer.from(token, 'base64url').toString()) as TokenClaims;

export const createTestLog = () => {
  const lines: LogLine[] = [];
  const write =
    (level: string) =>
    (message: string, data: Record<string, unknown> = {}): void => {
      lines.push({ level, message, data });
    };
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};

/** The embedded driver in memory, closed when the test ends. */
export const openKeys = (context: TestContext): Collection<StoredAttempt> => {
  const database = openSqliteDatabase({ location: ':memory:', random: createSeededRandom({ seed: 'database' }) });
  context.after(() => database.close());
  return database.collection<StoredAttempt>('idempotencyKeys', { indexes: IDEMPOTENCY_INDEXES });
};

export type TestService = {
  listening: Listening;
  log: ReturnType<typeof createTestLog>;
  clock: ReturnType<typeof createManualClock>;
  call(
    path: string,
    options?: Partial<Parameters<typeof request>[0]> & { claims?: Partial<TokenClaims> },
  ): ReturnType<typeof request>;
};

/** A real server on a free port, closed when the test ends. */
export const startService = async (
  context: TestContext,
  routes: readonly Route[],
  options: Partial<ServiceServerOptions> = {},
): Promise<TestService> => {
  const log = createTestLog();
  const clock = createManualClock();
  const collection = openKeys(context);
  const server = createServiceServer({
    name: 'test-service',
    version: '1.0.0',
    routes,
    verifyToken,
    clock,
    random: createSeededRandom({ seed: 'service' }),
    log,
    strict: true,
    idempotencyStore: createIdempotencyStore({ collection, clock }),
    ...options,
  });
  const listening = await server.listen();
  context.after(() => listening.close());
  return {
    listening,
    log,
    clock,
    call: (path, { claims, headers, ...rest } = {}) =>
      request({
        url: `${listening.url}${path}`,
        headers: { ...(claims === undefined ? {} : { authorization: `Bearer ${tokenOf(claims)}` }), ...headers },
        ...rest,
      }),
  };
};

export const errorOf = (answer: { json(): unknown }) =>
  (
    answer.json() as {
      error: {
        type: string;
        message: string;
        correlation: string;
        details?: { pointer: string; rule: string; in?: string }[];
      };
    }
  ).error;
