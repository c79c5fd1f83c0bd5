import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGenerator } from '@verifiedfan/test-utils';
import type { CampaignView } from '../src/index.ts';
import { type Claims, dataOf, errorOf, startService } from './support.ts';

const CREATOR: Claims = { sub: 'promoter', permissions: ['campaigns:create'] };
const WORKER: Claims = { sub: 'worker:loadScoresToStream', permissions: ['campaigns:read'] };
const STRANGER: Claims = { sub: 'stranger' };

const aCampaign = (overrides: Record<string, unknown> = {}) => ({
  _id: 'tour-2027',
  name: 'Tour',
  markets: [{ eventId: 'e1' }, { eventId: 'e2' }],
  ...overrides,
});
type Service = Awaited<ReturnType<typeof startService>>;
const create = async (service: Service, overrides = {}): Promise<CampaignView> => {
  const answer = await service.call('/campaigns', { json: aCampaign(overrides), claims: CREATOR });
  assert.equal(answer.status, 201, answer.text);
  return dataOf(answer);
};
const patch = (service: Service, json: unknown, { claims = CREATOR, ifMatch = '*' as string | null } = {}) =>
  service.call('/campaigns/tour-2027', { json, claims, headers: ifMatch === null ? {} : { 'if-match': ifMatch } });
const pointersOf = (answer: Awaited<ReturnType<typeof patch>>) =>
  errorOf(answer).details?.map(({ pointer, rule }) => `${pointer} ${rule}`);

describe('POST /campaigns', () => {
  it('creates a campaign in DRAFT with its markets in order', async (context) => {
    const service = await startService(context);
    const answer = await service.call('/campaigns', { json: aCampaign({ maxRank: 2 }), claims: CREATOR });
    assert.deepEqual([answer.status, answer.headers.etag], [201, '"1"']);
    const read = await service.call('/campaigns/tour-2027', { claims: WORKER });
    assert.deepEqual([read.headers.etag, read.headers['surrogate-key']], ['"1"', 'campaign/tour-2027']);
    assert.deepEqual(dataOf(read), dataOf(answer));
    assert.partialDeepStrictEqual(dataOf(read), {
      _id: 'tour-2027',
      name: 'Tour',
      status: 'DRAFT',
      date: {},
      domain: {},
      maxRank: 2,
      version: 1,
      createdAt: '2026-01-05T10:00:00.000Z',
    });
    const markets = dataOf<CampaignView>(read).markets;
    assert.deepEqual(
      markets.map(({ eventId, status, version }) => [eventId, status, version]),
      [
        ['e1', 'ACTIVE', 1],
        ['e2', 'ACTIVE', 1],
      ],
    );
    assert.deepEqual(dataOf(await service.call('/campaigns/tour-2027/markets', { claims: WORKER })), markets);
  });

  it('makes an id of 24 hexadecimal digits where none is given', async (context) => {
    const service = await startService(context);
    assert.match((await create(service, { _id: undefined }))._id, /^[0-9a-f]{24}$/);
  });

  it('takes what the generator of test data makes', async (context) => {
    const service = await startService(context);
    const campaign = createGenerator({ seed: 1 }).campaign();
    assert.partialDeepStrictEqual(await create(service, campaign), JSON.parse(JSON.stringify(campaign)));
  });

  it('keeps sites in one spelling', async (context) => {
    const service = await startService(context);
    assert.equal(
      (await create(service, { domain: { site: ' Tour.BÜCHER.example. ' } })).domain.site,
      'tour.xn--bcher-kva.example',
    );
  });

  it('refuses an id and a site that are taken', async (context) => {
    const service = await startService(context);
    await create(service, { domain: { site: 'tour.example.com' } });
    const sameId = await service.call('/campaigns', { json: aCampaign(), claims: CREATOR });
    assert.deepEqual([sameId.status, errorOf(sameId).type], [409, 'ALREADY_EXISTS']);
    const json = aCampaign({ _id: 'other', domain: { site: 'TOUR.example.com.' } });
    const sameSite = await service.call('/campaigns', { json, claims: CREATOR });
    assert.deepEqual([sameSite.status, errorOf(sameSite).type], [409, 'DOMAIN_NAME_CONFLICT']);
    assert.equal((await service.call('/campaigns/other', { claims: WORKER })).status, 404);
    assert.equal(await service.database.collection('markets').count({ campaignId: 'other' }), 0);
  });

  it('lets one of many concurrent creations of a site win', async (context) => {
    const service = await startService(context);
    const bodies = Array.from({ length: 6 }, (_, index) =>
      aCampaign({ _id: `c${index}`, domain: { site: 'one.example.com' } }),
    );
    const answers = await Promise.all(bodies.map((json) => service.call('/campaigns', { json, claims: CREATOR })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409]);
  });

  it('points at what is wrong', async (context) => {
    const service = await startService(context);
    const cases: [Record<string, unknown>, string][] = [
      [{ colour: 1 }, '/colour unknown_field'],
      [{ name: undefined }, '/name invalid_union'],
      [{ name: { en: '' } }, '/name/en too_small'],
      [{ _id: 'a b' }, '/_id invalid_format'],
      [{ _id: 'import' }, '/_id invalid_value'],
      [{ _id: 'refresh' }, '/_id invalid_value'],
      [{ status: 'OPEN' }, '/status read_only'],
      [{ version: 5 }, '/version read_only'],
      [{ date: { opened: '2026-01-01T00:00:00Z' } }, '/date/opened read_only'],
      [{ date: { open: '2026-02-30T00:00:00Z' } }, '/date/open invalid_value'],
      [{ date: { start: '2026-01-01T00:00:00Z' } }, '/date/start unknown_field'],
      [{ timezone: 'Mars/Base' }, '/timezone invalid_value'],
      [{ locales: ['en', 'en'] }, '/locales invalid_value'],
      [{ domain: { site: 'https://a.example.com' } }, '/domain/site invalid_value'],
      [{ maxRank: -1 }, '/maxRank too_small'],
      [{ markets: [{ eventId: 'e1' }, { eventId: 'e1' }] }, '/markets invalid_value'],
      [{ markets: [{ eventId: 'e1', seats: 5 }] }, '/markets/0/seats unknown_field'],
      [{ markets: [{ eventId: 'e1', _id: 'x' }] }, '/markets/0/_id read_only'],
    ];
    for (const [overrides, expected] of cases) {
      const answer = await service.call('/campaigns', { json: aCampaign(overrides), claims: CREATOR });
      assert.deepEqual([answer.status, pointersOf(answer)], [400, [expected]], expected);
    }
  });

  it('holds the rules of dates', async (context) => {
    const service = await startService(context);
    const [jan, feb, mar] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'];
    const cases: [Record<string, unknown>, string][] = [
      [{ date: { open: feb, close: feb } }, '/date/close date_order'],
      [
        { date: { open: feb }, markets: [{ eventId: 'e', date: { open: jan } }] },
        '/markets/0/date/open outside_campaign',
      ],
      [
        { date: { close: feb }, markets: [{ eventId: 'e', date: { close: mar } }] },
        '/markets/0/date/close outside_campaign',
      ],
      [{ markets: [{ eventId: 'e', date: { close: mar, event: feb } }] }, '/markets/0/date/event date_order'],
    ];
    for (const [overrides, expected] of cases) {
      const answer = await service.call('/campaigns', { json: aCampaign(overrides), claims: CREATOR });
      assert.deepEqual(
        [answer.status, errorOf(answer).type, pointersOf(answer)],
        [400, 'INVALID_CAMPAIGN', [expected]],
      );
    }
    const good = {
      date: { open: jan, close: feb },
      markets: [{ eventId: 'e', date: { open: jan, close: feb, event: feb } }],
    };
    assert.equal((await create(service, good)).date.open, '2026-01-01T00:00:00.000Z');
  });
});

describe('POST /campaigns/:campaignId', () => {
  it('merges a patch, where null removes and arrays replace', async (context) => {
    const service = await startService(context);
    const before = await create(service, { maxRank: 2, locales: ['en', 'de'], date: { open: '2026-01-01T00:00:00Z' } });
    await service.clock.advance(1_000);
    const answer = await patch(service, {
      name: { en: 'Tour' },
      maxRank: null,
      locales: ['fr'],
      date: { close: '2026-02-01T00:00:00Z' },
    });
    assert.deepEqual([answer.status, answer.headers.etag], [200, '"2"']);
    const { maxRank: _maxRank, ...rest } = before;
    assert.deepEqual(dataOf(answer), {
      ...rest,
      name: { en: 'Tour' },
      locales: ['fr'],
      date: { open: '2026-01-01T00:00:00.000Z', close: '2026-02-01T00:00:00.000Z' },
      version: 2,
      updatedAt: '2026-01-05T10:00:01.000Z',
    });
  });

  it('takes back what was read, unchanged, without a new version', async (context) => {
    const service = await startService(context);
    const before = await create(service, { domain: { site: 'tour.example.com' } });
    const answer = await patch(service, before);
    assert.deepEqual([answer.status, dataOf(answer)], [200, before]);
  });

  it('refuses to write read-only fields', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service);
    const foreign = { ...markets[0], _id: 'x' };
    assert.deepEqual(
      pointersOf(
        await patch(service, { _id: 'x', status: 'OPEN', version: 9, date: { opened: null }, markets: [foreign] }),
      ),
      [
        '/_id read_only',
        '/status read_only',
        '/version read_only',
        '/date/opened read_only',
        '/markets/0/_id read_only',
      ],
    );
  });

  it('replaces the markets, keeping those of the same event', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service);
    const wanted = [{ eventId: 'e3' }, { eventId: 'e2', status: 'CLOSED', venueId: 'v1' }];
    const after = dataOf<CampaignView>(await patch(service, { markets: wanted }));
    assert.deepEqual(
      after.markets.map(({ eventId, status, version }) => [eventId, status, version]),
      [
        ['e3', 'ACTIVE', 1],
        ['e2', 'CLOSED', 2],
      ],
    );
    assert.equal(after.markets[1]?._id, markets[1]?._id);
    assert.deepEqual(dataOf(await service.call('/campaigns/tour-2027', { claims: WORKER })), after);
  });

  it('asks for the version, and refuses a stale one', async (context) => {
    const service = await startService(context);
    await create(service);
    const status = async (ifMatch: string | null) =>
      (await patch(service, { name: `N ${ifMatch}` }, { ifMatch })).status;
    assert.deepEqual([await status(null), await status('W/"1"'), await status('"2"')], [428, 400, 412]);
    assert.deepEqual([await status('"1"'), await status('"1"'), await status('*')], [200, 412, 200]);
  });

  it('lets one of two conflicting updates win', async (context) => {
    const service = await startService(context);
    await create(service);
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => patch(service, { name }, { ifMatch: '"1"' })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412]);
  });

  it('loses no update that asked for whatever is stored', async (context) => {
    const service = await startService(context);
    await create(service);
    const patches = [{ maxRank: 3 }, { timezone: 'Europe/Berlin' }, { promoterId: 'p1' }];
    const answers = await Promise.all(patches.map((each) => patch(service, each)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.partialDeepStrictEqual(
      dataOf(await service.call('/campaigns/tour-2027', { claims: WORKER })),
      Object.assign({}, ...patches),
    );
  });
});

describe('rights on campaigns', () => {
  const campaigns = (...actions: string[]): Claims => ({ sub: 'other', campaigns: { 'tour-2027': { actions } } });
  const table: [who: string, claims: Claims, read: number, update: number, create: number][] = [
    ['a stranger', STRANGER, 404, 404, 403],
    ['a reader', campaigns('read'), 200, 403, 403],
    ['an updater', campaigns('update'), 403, 200, 403],
    ['a worker', WORKER, 200, 403, 403],
    ['the creator', CREATOR, 200, 200, 409],
    ['another creator', { ...CREATOR, sub: 'other' }, 404, 404, 409],
    ['a supreme user', { sub: 'admin', supreme: true }, 200, 200, 409],
  ];

  for (const [who, claims, read, update, creation] of table) {
    it(`are those of ${who}`, async (context) => {
      const service = await startService(context);
      await create(service);
      assert.equal((await service.call('/campaigns/tour-2027', { claims })).status, read);
      assert.equal((await service.call('/campaigns/tour-2027/markets', { claims })).status, read);
      assert.equal((await patch(service, { maxRank: 1 }, { claims })).status, update);
      assert.equal((await service.call('/campaigns', { json: aCampaign(), claims })).status, creation);
    });
  }

  it('hide a campaign as if it were not there', async (context) => {
    const service = await startService(context);
    await create(service);
    const [hidden, absent] = await Promise.all(
      ['tour-2027', 'no-such'].map((id) =>
        service.call(`/campaigns/${id}`, { claims: STRANGER, headers: { 'x-correlation-id': 'c' } }),
      ),
    );
    assert.deepEqual([hidden?.status, hidden?.text], [404, absent?.text]);
    const withoutTag = await patch(service, {}, { claims: STRANGER, ifMatch: null });
    assert.deepEqual([withoutTag.status, errorOf(withoutTag).type], [404, 'CAMPAIGN_NOT_FOUND']);
  });

  it('are asked for every route but the public ones', async (context) => {
    const { service, call } = await startService(context);
    for (const { method, path, access } of service.routes) {
      const answer = await call(path.replace(':campaignId', 'c1'), { method, headers: { authorization: '' } });
      assert.equal(answer.status === 401, access !== 'public', `${method} ${path}`);
    }
  });
});

describe('GET /campaigns', () => {
  it('lists only what the token may read, in pages', async (context) => {
    const service = await startService(context);
    for (const _id of ['c1', 'c2', 'c3', 'c4']) await create(service, { _id });
    const list = async (query: string, claims: Claims) => {
      const answer = await service.call(`/campaigns${query}`, { claims });
      const { next } = (answer.json() as { meta: { next: string | null } }).meta;
      return { ids: dataOf<CampaignView[]>(answer).map(({ _id }) => _id), next };
    };
    assert.deepEqual(await list('', STRANGER), { ids: [], next: null });
    assert.deepEqual((await list('', CREATOR)).ids, ['c1', 'c2', 'c3', 'c4']);
    const some = { sub: 'x', campaigns: { c3: { actions: ['read'] }, c4: { actions: ['update'] } } };
    assert.deepEqual((await list('', some)).ids, ['c3']);
    const first = await list('?limit=3', WORKER);
    assert.deepEqual(first.ids, ['c1', 'c2', 'c3']);
    assert.deepEqual(await list(`?limit=3&cursor=${first.next}`, WORKER), { ids: ['c4'], next: null });
  });

  it('finds campaigns by the event of a market', async (context) => {
    const service = await startService(context);
    await create(service, { _id: 'c1' });
    await create(service, { _id: 'c2', markets: [{ eventId: 'e2' }] });
    const found = async (eventId: string) =>
      dataOf<CampaignView[]>(await service.call(`/campaigns?eventId=${eventId}`, { claims: WORKER })).map(
        ({ _id }) => _id,
      );
    assert.deepEqual([await found('e1'), await found('e2'), await found('e3')], [['c1'], ['c1', 'c2'], []]);
  });
});
