import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import type { CampaignView } from '../src/index.ts';
import { CREATOR_SUBJECT, type Outcome, outcomeOf, RIGHTS, ROLES, type Role, type Rule } from '../src/rights/index.ts';
import { successesOf } from '../src/rights/page.ts';
import { withRights } from '../src/rights/routes.ts';
import { aCampaign, CREATOR, create, patch, STRANGER } from './fixtures.ts';
import { CAMPAIGN_ID, PROMOTER_ID, SAMPLES } from './rights-samples.ts';
import { type Claims, dataOf, errorOf, openDatabase, startService } from './support.ts';

type Cell = {
  key: string;
  rule: Rule;
  role: Role /** As it is: without what the sample needs of the campaign. */;
  prepared?: boolean;
};

const CELLS: Cell[] = Object.entries(RIGHTS).flatMap(([key, rule]) => ROLES.map((role) => ({ key, rule, role })));

const COLLECTIONS = ['campaigns', 'markets', 'promoters', 'outbox'];

const everythingIn = async (database: Database): Promise<string> =>
  JSON.stringify(await Promise.all(COLLECTIONS.map((name) => database.collection(name).find())));

/** A service with a campaign of the role `creator`, and what else the paths of routes name. */
const startWithThings = async (context: TestContext) => {
  const service = await startService(context, { database: openDatabase(context) });
  const post = async (path: string, json: unknown, claims: Claims): Promise<unknown> => {
    const answer = await service.call(path, { json, claims });
    assert.equal(answer.status, 201, answer.text);
    return dataOf(answer);
  };
  const claims = { ...CREATOR, sub: CREATOR_SUBJECT };
  const campaign = (await post('/campaigns', aCampaign({ _id: CAMPAIGN_ID }), claims)) as CampaignView;
  await post('/promoters', { _id: PROMOTER_ID, name: 'Promoter' }, { supreme: true });
  const params = { campaignId: CAMPAIGN_ID, marketId: campaign.markets[0]?._id, promoterId: PROMOTER_ID };
  return { service, params: params as Record<string, string | undefined> };
};
type Started = Awaited<ReturnType<typeof startWithThings>>;

const callCell = async ({ service, params }: Started, { key, role, prepared = false }: Cell) => {
  const [bare = '', query = ''] = key.split('?');
  const [method = '', template = ''] = bare.split(' ');
  const { json, headers, status } = Object.hasOwn(SAMPLES, bare) ? (SAMPLES[bare] ?? {}) : {};
  const path = template.replaceAll(/:([A-Za-z]+)/g, (_all, name: string) => params[name] ?? 'no-such');
  if (status !== undefined && !prepared) {
    await service.database.collection('campaigns').updateOne({ _id: CAMPAIGN_ID }, { $set: { status } });
  }
  const claims = role.claims?.(CAMPAIGN_ID);
  return service.call(`${path}${query === '' ? '' : `?${query}`}`, {
    method,
    ...(json === undefined ? {} : { json }),
    ...(claims === undefined ? {} : { claims }),
    headers: { ...headers, ...(claims === undefined ? { authorization: '' } : {}) },
  });
};

/** What the page says, or what is answered where the installation lacks the route's partner. */
const isAllowed = ({ service }: Started, { key }: Cell, { status, type }: { status: number; type: string }): boolean =>
  successesOf(service.service.routes, key).includes(status) || type === 'NOT_CONFIGURED';

/** A refusal and a reading change nothing, so cells of them share a service. */
const leavesAll = ({ key }: Cell, outcome: Outcome): boolean => outcome !== 'allowed' || key.startsWith('GET ');

describe('the table of rights', () => {
  it('has a row for every route of the service, and no other', async (context) => {
    const { service } = await startService(context);
    const routes = service.routes.map(({ method, path }) => `${method} ${path}`);
    const rows = Object.keys(RIGHTS).map((key) => key.split('?')[0] ?? '');
    assert.deepEqual([...new Set(rows)].sort(), [...routes].sort());
    for (const { method, path, body } of service.routes) {
      if (body === undefined) continue;
      assert.ok(Object.hasOwn(SAMPLES, `${method} ${path}`), `${method} ${path} has no sample in rights-samples.ts`);
    }
  });

  for (const role of ROLES) {
    it(`is what the service does for: ${role.name}`, async (context) => {
      const shared = await startWithThings(context);
      for (const cell of CELLS.filter((each) => each.role === role)) {
        const expected = outcomeOf(cell.rule, role);
        const started = leavesAll(cell, expected) ? shared : await startWithThings(context);
        const answer = await callCell(started, cell);
        const type = answer.status < 300 ? '' : errorOf(answer).type;
        const name = `${cell.key} as ${role.name}: ${answer.status} ${answer.text.slice(0, 200)}`;
        if (expected === 'allowed') assert.ok(isAllowed(started, cell, { status: answer.status, type }), name);
        else assert.equal(answer.status, expected, name);
      }
    });

    it(`writes nothing for those that it refuses: ${role.name}`, async (context) => {
      const started = await startWithThings(context);
      const refused = CELLS.filter((each) => each.role === role && outcomeOf(each.rule, role) !== 'allowed');
      // What a sample needs is prepared first, so that only the refused calls come between the two looks.
      for (const cell of refused) {
        const before = await everythingIn(started.service.database);
        await callCell(started, { ...cell, prepared: true });
        assert.equal(await everythingIn(started.service.database), before, cell.key);
      }
    });
  }

  it('says what people expect of it', () => {
    const cell = (key: keyof typeof RIGHTS, name: string) => {
      const role = ROLES.find((each) => each.name === name);
      assert.ok(role, name);
      return outcomeOf(RIGHTS[key], role);
    };
    assert.equal(cell('GET /campaigns/:campaignId', 'no right'), 404);
    assert.equal(cell('GET /campaigns/:campaignId', 'other campaign'), 404);
    assert.equal(cell('GET /campaigns/:campaignId', 'campaigns:read'), 'allowed');
    assert.equal(cell('GET /campaigns/:campaignId', 'action update'), 403);
    assert.equal(cell('GET /campaigns/:campaignId?showAllLocales=true', 'action read'), 403);
    assert.equal(cell('POST /campaigns/:campaignId', 'campaigns:read'), 403);
    assert.equal(cell('POST /campaigns/:campaignId', 'campaigns:create'), 404);
    assert.equal(cell('POST /campaigns/:campaignId', 'creator'), 'allowed');
    assert.equal(cell('POST /campaigns', 'creator'), 403);
    assert.equal(cell('POST /campaigns', 'supreme'), 'allowed');
    assert.equal(cell('GET /campaigns', 'no token'), 401);
  });

  it('refuses to build a route that has no row, or says otherwise than its row', async (context) => {
    const { service } = await startService(context);
    const route = service.routes.find(({ path, method }) => path === '/campaigns' && method === 'POST');
    assert.ok(route);
    assert.throws(() => withRights([{ ...route, path: '/toString' }]), /has no row/);
    assert.throws(() => withRights([{ ...route, access: 'public' }]), /open to others/);
    assert.throws(() => withRights([{ ...route, access: { permission: 'campaigns:read' } }]), /open to others/);
    assert.deepEqual(withRights([route])[0]?.roles, ['campaigns:create', 'supreme']);
  });
});

describe('rights on campaigns', () => {
  it('hide a campaign as if it were not there', async (context) => {
    const service = await startService(context);
    await create(service);
    const headers = { 'x-correlation-id': 'c' };
    for (const path of ['', '/markets', '?showAllLocales=true']) {
      const [hidden, absent] = await Promise.all(
        ['tour-2027', 'no-such'].map((id) => service.call(`/campaigns/${id}${path}`, { claims: STRANGER, headers })),
      );
      assert.deepEqual([hidden?.status, hidden?.text], [404, absent?.text]);
    }
    const withoutTag = await patch(service, {}, { claims: STRANGER, ifMatch: null });
    assert.deepEqual([withoutTag.status, errorOf(withoutTag).type], [404, 'CAMPAIGN_NOT_FOUND']);
  });

  it('are not found in what every object has, nor in text instead of a list', async (context) => {
    const service = await startService(context);
    await create(service, { _id: 'toString' });
    const permissions = 'campaigns:read campaigns:create' as unknown as string[];
    const claims = { sub: 'x', permissions, campaigns: {} };
    for (const id of ['toString', 'hasOwnProperty', 'valueOf']) {
      assert.equal((await service.call(`/campaigns/${id}`, { claims })).status, 404, id);
    }
    for (const id of ['__proto__', 'constructor', 'prototype']) {
      assert.equal((await service.call(`/campaigns/${id}`, { claims: { supreme: true } })).status, 400, id);
    }
    assert.equal((await service.call('/campaigns', { json: aCampaign({ _id: 'n' }), claims })).status, 403);
    const asText = { 'tour-2027': { actions: 'read update' as unknown as string[] } };
    await create(service);
    assert.equal((await service.call('/campaigns/tour-2027', { claims: { sub: 'x', campaigns: asText } })).status, 404);
  });

  it('let a creator read and change the new campaign at once, and say that a new token would hold more', async (context) => {
    const service = await startService(context);
    const tokenOf = (answer: { json(): unknown }) => (answer.json() as { meta: { token?: string } }).meta.token;
    const answer = await service.call('/campaigns', { json: aCampaign(), claims: CREATOR });
    assert.equal(tokenOf(answer), 'refresh');
    assert.equal((await patch(service, { maxRank: 1 })).status, 200);
    const supreme = await service.call('/campaigns', { json: aCampaign({ _id: 'c2' }), claims: { supreme: true } });
    assert.equal(tokenOf(supreme), undefined);
    const documents = { campaigns: [{ _id: 'c3', name: 'Third' }] };
    const importOnce = () => service.call('/campaigns/import', { json: documents, claims: CREATOR });
    assert.equal(tokenOf(await importOnce()), 'refresh');
    assert.equal(tokenOf(await importOnce()), undefined);
  });

  it('of supreme tokens are audited with subject, route and id', async (context) => {
    const service = await startService(context);
    await create(service);
    service.lines.length = 0;
    const claims = { sub: 'admin', supreme: true };
    await service.call('/campaigns/tour-2027', { claims });
    const audits = service.lines.map((line) => JSON.parse(line)).filter(({ message }) => message === 'supreme');
    assert.partialDeepStrictEqual(audits, [
      {
        subject: 'admin',
        method: 'GET',
        path: '/campaigns/:campaignId',
        ids: { campaignId: 'tour-2027' },
        status: 200,
      },
    ]);
    assert.match((await service.call('/metrics')).text, /supreme_request_count\{[^}]*\} 1\n/);
  });

  it('are named by OpenAPI, one requirement for each', async (context) => {
    const { service } = await startService(context);
    const { paths } = service.openApi() as { paths: Record<string, Record<string, { security: unknown }>> };
    const security = (method: string, path: string) => paths[path]?.[method]?.security;
    assert.deepEqual(security('get', '/campaigns/{campaignId}'), [
      { bearer: ['campaigns:read'] },
      { bearer: ['action read'] },
      { bearer: ['creator'] },
      { bearer: ['supreme'] },
    ]);
    assert.deepEqual(security('post', '/campaigns'), [{ bearer: ['campaigns:create'] }, { bearer: ['supreme'] }]);
    assert.deepEqual([security('get', '/campaigns'), security('get', '/health')], [[{ bearer: [] }], []]);
  });
});
