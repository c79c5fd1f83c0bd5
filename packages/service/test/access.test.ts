import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idSchema, z } from '@verifiedfan/schema';
import { type Access, type Route, type RouteContract, route, type TokenClaims } from '../src/index.ts';
import { errorOf, startService } from './support/service.ts';

const params = z.strictObject({ campaignId: idSchema });
const routeWith = (name: string, access: Access): Route =>
  route({
    method: 'GET',
    path: `/${name}/:campaignId`,
    summary: 'Answers whom it lets in',
    access,
    params,
    responses: { 200: z.string().optional() },
    handler: ({ claims }) => ({ status: 200, data: claims?.sub }),
  });

const ROUTES = {
  public: 'public',
  token: 'token',
  supreme: 'supreme',
  permission: { permission: 'things:read' },
  action: { campaignAction: 'read' },
  either: { campaignAction: 'read', permission: 'things:read' },
} as const satisfies Record<string, Access>;

const CLAIMS = {
  nobody: undefined,
  plain: {},
  holder: { permissions: ['things:read'] },
  reader: { campaigns: { c1: { actions: ['read'] } } },
  updater: { campaigns: { c1: { actions: ['update'] } } },
  foreign: { campaigns: { c2: { actions: ['read'] } } },
  supreme: { supreme: true },
} as const satisfies Record<string, Partial<TokenClaims> | undefined>;

// Every kind of access against every kind of token.
const TABLE: Record<keyof typeof ROUTES, Record<keyof typeof CLAIMS, number>> = {
  public: { nobody: 200, plain: 200, holder: 200, reader: 200, updater: 200, foreign: 200, supreme: 200 },
  token: { nobody: 401, plain: 200, holder: 200, reader: 200, updater: 200, foreign: 200, supreme: 200 },
  supreme: { nobody: 401, plain: 403, holder: 403, reader: 403, updater: 403, foreign: 403, supreme: 200 },
  permission: { nobody: 401, plain: 403, holder: 200, reader: 403, updater: 403, foreign: 403, supreme: 200 },
  action: { nobody: 401, plain: 403, holder: 403, reader: 200, updater: 403, foreign: 403, supreme: 200 },
  either: { nobody: 401, plain: 403, holder: 200, reader: 200, updater: 403, foreign: 403, supreme: 200 },
};

describe('access', () => {
  it('lets in exactly those whom a route names', async (context) => {
    const routes = Object.entries(ROUTES).map(([name, access]) => routeWith(name, access));
    const { call } = await startService(context, routes);
    for (const [name, row] of Object.entries(TABLE)) {
      for (const [who, status] of Object.entries(row)) {
        const claims = CLAIMS[who as keyof typeof CLAIMS];
        const answer = await call(`/${name}/c1`, claims === undefined ? {} : { claims });
        assert.equal(answer.status, status, `${who} on ${name}`);
      }
    }
  });

  it('finds no rights on a campaign that is called like a property of every object', async (context) => {
    const { call } = await startService(context, [routeWith('action', ROUTES.action)]);
    for (const id of ['toString', 'valueOf', 'hasOwnProperty']) {
      assert.equal((await call(`/action/${id}`, { claims: { campaigns: {} } })).status, 403, id);
    }
  });

  it('answers 401 with its scheme for whatever is no valid token', async (context) => {
    const { call } = await startService(context, [routeWith('token', 'token')]);
    for (const authorization of ['', 'Basic abc', 'Bearer', 'Bearer a b', 'Bearer !', 'Bearer broken']) {
      const answer = await call('/token/c1', { headers: { authorization } });
      assert.deepEqual([answer.status, answer.headers['www-authenticate']], [401, 'Bearer'], authorization);
      assert.equal(errorOf(answer).type, 'UNAUTHORIZED');
    }
  });

  it('answers 503 rather than 401 when nobody can tell whether the token is valid', async (context) => {
    const verifyToken = () => {
      throw Object.assign(new Error('no keys'), { retryable: true });
    };
    const { call } = await startService(context, [routeWith('token', 'token')], { verifyToken });
    assert.equal((await call('/token/c1', { claims: {} })).status, 503);
  });

  it('refuses a stranger before the body is looked at', async (context) => {
    const post = route({
      method: 'POST',
      path: '/things',
      summary: 'Takes a body',
      access: 'token',
      body: z.string(),
      responses: { 204: null },
      handler: () => ({ status: 204 }),
    });
    const { call } = await startService(context, [post]);
    assert.equal((await call('/things', { body: 'not json' })).status, 401);
  });

  it('cannot build a route that does not say who may call it', () => {
    const contract = {
      method: 'GET',
      path: '/a',
      summary: '',
      responses: { 204: null },
      handler: () => ({ status: 204 }),
    };
    for (const access of [undefined, null, '', 'everybody', {}, { permission: undefined }, { role: 'x' }]) {
      assert.throws(() => route({ ...contract, access } as unknown as RouteContract), TypeError);
    }
    assert.doesNotThrow(() => route({ ...contract, access: 'token' } as unknown as RouteContract));
  });
});
