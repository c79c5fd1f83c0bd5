import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CampaignView } from '../src/index.ts';
import { CREATOR, create, type Service, STRANGER, WORKER } from './fixtures.ts';
import { type Claims, dataOf, errorOf, startService } from './support.ts';

type Page = { ids: string[]; next: string | null };

const list = async (service: Service, query: Record<string, string> = {}, claims: Claims = WORKER): Promise<Page> => {
  const answer = await service.call(`/campaigns?${new URLSearchParams(query)}`, { claims });
  assert.equal(answer.status, 200, answer.text);
  const { next } = (answer.json() as { meta: { next: string | null } }).meta;
  return { ids: dataOf<CampaignView[]>(answer).map(({ _id }) => _id), next };
};

const allPages = async (service: Service, query: Record<string, string>, claims?: Claims): Promise<string[]> => {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await list(service, { ...query, ...(cursor === null ? {} : { cursor }) }, claims);
    found.push(...page.ids);
    cursor = page.next;
  } while (cursor !== null);
  return found;
};

const startWith = async (context: TestContext, campaigns: readonly Record<string, unknown>[]): Promise<Service> => {
  const service = await startService(context);
  for (const campaign of campaigns) {
    await create(service, { markets: [], ...campaign });
    await service.clock.advance(1_000);
  }
  return service;
};

describe('GET /campaigns', () => {
  it('lists only what the token may read, in pages', async (context) => {
    const service = await startWith(context, [{ _id: 'c1' }, { _id: 'c2' }, { _id: 'c3' }, { _id: 'c4' }]);
    assert.deepEqual(await list(service, {}, STRANGER), { ids: [], next: null });
    assert.deepEqual((await list(service, {}, CREATOR)).ids, ['c1', 'c2', 'c3', 'c4']);
    const some = { sub: 'x', campaigns: { c3: { actions: ['read'] }, c4: { actions: ['update'] } } };
    assert.deepEqual((await list(service, {}, some)).ids, ['c3']);
    assert.deepEqual((await list(service, { showAllLocales: 'true' }, some)).ids, ['c4']);
    const first = await list(service, { limit: '3' });
    assert.deepEqual(first.ids, ['c1', 'c2', 'c3']);
    assert.deepEqual(await list(service, { limit: '3', cursor: first.next ?? '' }), { ids: ['c4'], next: null });
  });

  it('narrows by status, event, promoter, artist and site, all at once', async (context) => {
    const service = await startWith(context, [
      { _id: 'c1', promoterId: 'p1', artistIds: ['a1', 'a2'], domain: { site: 'one.example.com' } },
      { _id: 'c2', promoterId: 'p1', artistIds: ['a2'], markets: [{ eventId: 'e1' }] },
      { _id: 'c3', promoterId: 'p2', markets: [{ eventId: 'e1' }, { eventId: 'e2' }] },
    ]);
    await service.database.collection('campaigns').updateOne({ _id: 'c2' }, { $set: { status: 'OPEN' } });
    const cases: [Record<string, string>, string[]][] = [
      [{ status: 'OPEN' }, ['c2']],
      [{ status: 'CLOSED' }, []],
      [{ eventId: 'e1' }, ['c2', 'c3']],
      [{ eventId: 'e3' }, []],
      [{ promoterId: 'p1' }, ['c1', 'c2']],
      [{ artistId: 'a2' }, ['c1', 'c2']],
      [{ site: ' ONE.example.com. ' }, ['c1']],
      [{ promoterId: 'p1', eventId: 'e1', status: 'OPEN', artistId: 'a2' }, ['c2']],
    ];
    for (const [query, ids] of cases) assert.deepEqual((await list(service, query)).ids, ids, JSON.stringify(query));
  });

  it('searches the words of names in every language, without regard to case and accents', async (context) => {
    const service = await startWith(context, [
      { _id: 'c1', name: 'Beyoncé: Summer Tour' },
      { _id: 'c2', name: { en: 'Winter Tour', de: 'Wintertournee', ja: '冬のツアー' } },
      { _id: 'c3', name: 'Toured Out (2027)' },
    ]);
    const cases: [string, string[]][] = [
      ['tour', ['c1', 'c2', 'c3']],
      ['BEYONCE', ['c1']],
      ['tour summer', ['c1']],
      ['wintertournee', ['c2']],
      ['冬', ['c2']],
      ['2027', ['c3']],
      ['ummer', []],
      ['.* tour', ['c1', 'c2', 'c3']],
    ];
    for (const [q, ids] of cases) assert.deepEqual((await list(service, { q })).ids, ids, q);
    await service.call('/campaigns/c1', { json: { name: 'Autumn' }, claims: CREATOR, headers: { 'if-match': '*' } });
    assert.deepEqual(
      [(await list(service, { q: 'beyonce' })).ids, (await list(service, { q: 'autumn' })).ids],
      [[], ['c1']],
    );
  });

  it('sorts in both directions, without a value first, and pages through equals', async (context) => {
    const open = (day: number) => ({ date: { open: `2026-02-0${day}T00:00:00Z` } });
    const service = await startWith(context, [
      { _id: 'c1', name: 'b', ...open(2) },
      { _id: 'c2', name: 'Á' },
      { _id: 'c3', name: 'C', ...open(1) },
      { _id: 'c4', name: 'a', ...open(2) },
      { _id: 'c5', name: { en: 'zz', de: 'b' }, locales: ['de', 'en'] },
    ]);
    const orders: [string, string[]][] = [
      ['_id', ['c1', 'c2', 'c3', 'c4', 'c5']],
      ['date.open', ['c2', 'c5', 'c3', 'c1', 'c4']],
      ['updatedAt', ['c1', 'c2', 'c3', 'c4', 'c5']],
      ['name', ['c2', 'c4', 'c1', 'c5', 'c3']],
    ];
    for (const [sort, ids] of orders) {
      for (const limit of ['1', '2', '5']) {
        assert.deepEqual(await allPages(service, { sort, limit }), ids, `${sort} ${limit}`);
        assert.deepEqual(await allPages(service, { sort: `-${sort}`, limit }), ids.toReversed(), `-${sort} ${limit}`);
      }
    }
  });

  it('shows each campaign that nobody touches once, whatever comes and goes between the pages', async (context) => {
    const service = await startWith(
      context,
      ['c1', 'c3', 'c5', 'c7'].map((_id) => ({ _id })),
    );
    const first = await list(service, { sort: 'updatedAt', limit: '2' });
    await create(service, { _id: 'c0', markets: [] });
    await service.database.collection('campaigns').deleteOne({ _id: 'c1' });
    const second = await list(service, { sort: 'updatedAt', limit: '9', cursor: first.next ?? '' });
    assert.deepEqual(
      [first.ids, second.ids],
      [
        ['c1', 'c3'],
        ['c5', 'c7', 'c0'],
      ],
    );
  });

  it('lets no cursor widen what a token may read', async (context) => {
    const service = await startWith(
      context,
      ['c1', 'c2', 'c3', 'c4'].map((_id) => ({ _id })),
    );
    const { next } = await list(service, { limit: '1' }, { supreme: true });
    const some = { sub: 'x', campaigns: { c4: { actions: ['read'] } } };
    assert.deepEqual(await list(service, { limit: '9', cursor: next ?? '' }, some), { ids: ['c4'], next: null });
    assert.deepEqual(await list(service, { cursor: next ?? '' }, STRANGER), { ids: [], next: null });
    const forged = (fields: unknown) => Buffer.from(JSON.stringify(fields)).toString('base64url');
    const { next: other } = await list(service, { limit: '1', sort: 'name' });
    const [form, sort, fingerprint] = JSON.parse(Buffer.from(other ?? '', 'base64url').toString()) as unknown[];
    const back = forged([form, sort, fingerprint, '', 'a']);
    assert.deepEqual((await list(service, { sort: 'name', cursor: back }, some)).ids, ['c4']);
  });

  it('names a bad cursor', async (context) => {
    const service = await startWith(
      context,
      ['c1', 'c2', 'c3'].map((_id) => ({ _id })),
    );
    const { next } = await list(service, { limit: '1' });
    const forged = (fields: unknown) => Buffer.from(JSON.stringify(fields)).toString('base64url');
    const bad: Record<string, string>[] = [
      { cursor: 'c1' },
      { cursor: '' },
      { cursor: '{"$gt":""}' },
      { cursor: forged([1, '_id', 'x', { $gt: '' }, 'c1']) },
      { cursor: forged([1, '_id', 'x', null, '__proto__']) },
      { cursor: forged([1, 'createdBy', 'x', null, 'c1']) },
      { cursor: forged([2, '_id', 'x', null, 'c1']) },
      { cursor: 'x'.repeat(3_000) },
      { cursor: next ?? '', sort: 'name' },
      { cursor: next ?? '', status: 'OPEN' },
    ];
    for (const query of bad) {
      const answer = await service.call(`/campaigns?${new URLSearchParams(query)}`, { claims: WORKER });
      const [detail] = errorOf(answer).details ?? [];
      assert.deepEqual([answer.status, detail?.pointer], [400, '/cursor'], JSON.stringify(query));
      assert.deepEqual(Reflect.get(detail ?? {}, 'in'), 'query');
    }
  });

  it('takes back its own cursor, however long the name is that the page ended with', async (context) => {
    const signs = ['각', '\ufdfa', '"', '\u0001', '😀'];
    const names = signs.map((sign) => `x${sign.repeat(Math.floor(199 / sign.length))}`);
    const service = await startWith(
      context,
      names.map((name, index) => ({ _id: `c${index}`, name })),
    );
    for (const sort of ['name', '-name']) {
      assert.equal(new Set(await allPages(service, { sort, limit: '1' })).size, names.length, sort);
    }
  });

  it('shows no more to a cursor that somebody made up', async (context) => {
    const service = await startWith(context, [{ _id: 'c1' }, { _id: 'c2' }, { _id: 'c3' }]);
    const { next } = await list(service, { limit: '1' });
    const [form, sort, fingerprint] = JSON.parse(Buffer.from(next ?? '', 'base64url').toString()) as unknown[];
    const cursor = Buffer.from(JSON.stringify([form, sort, fingerprint, null, 'b'])).toString('base64url');
    assert.deepEqual((await list(service, { cursor })).ids, ['c1', 'c2', 'c3']);
    assert.deepEqual((await list(service, { cursor }, STRANGER)).ids, []);
  });

  it('refuses what it does not know', async (context) => {
    const service = await startService(context);
    const cases: [string, string][] = [
      ['colour=red', '/colour'],
      ['status=ACTIVE', '/status'],
      ['sort=createdBy', '/sort'],
      ['limit=0', '/limit'],
      ['limit=201', '/limit'],
      ['q=%20!', '/q'],
      ['site=a%20b', '/site'],
      ['locale=e', '/locale'],
      ['eventId[$ne]=x', '/*'],
      ['locale=en&showAllLocales=true', '/locale'],
      ['showAllLocales=yes', '/showAllLocales'],
    ];
    for (const [query, pointer] of cases) {
      const answer = await service.call(`/campaigns?${query}`, { claims: WORKER });
      assert.deepEqual([answer.status, errorOf(answer).details?.[0]?.pointer], [400, pointer], query);
    }
  });
});
