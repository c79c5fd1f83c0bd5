import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cache, CacheEntry } from '@verifiedfan/ports';
import { SANDBOX_DISCOVERY } from '@verifiedfan/sandbox';
import { createManualClock } from '@verifiedfan/test-utils';
import { CREATOR } from '../fixtures.ts';
import { dataOf, errorOf, openDatabase, startService } from '../support.ts';
import { noteSpans, startWithPartners } from './set-up.ts';

type Item = { id: string; name: string };
type Page = { data: Item[]; meta: { next: string | null } };

const { artistId, eventId } = SANDBOX_DISCOVERY;

describe('artists, venues and events', () => {
  it('are found by words and by id, by every token and by nobody without one', async (context) => {
    const { call } = await startWithPartners(context);
    assert.deepEqual(
      dataOf<Item[]>(await call('/artists?q=cafe%20lanterns')).map(({ name }) => name),
      ['Café Lanterns'],
    );
    assert.equal(dataOf<Item>(await call(`/artists/${artistId}`)).id, artistId);
    const [venue] = dataOf<Item[]>(await call('/venues?q=berlin&limit=1'));
    assert.equal(dataOf<Item & { city: string }>(await call(`/venues/${venue?.id}?locale=de`)).city, 'Berlin');
    const events = dataOf<(Item & { artists: Item[] })[]>(await call(`/events?artistId=${artistId}`));
    assert.ok(events.length > 0 && events.every(({ artists }) => artists[0]?.id === artistId));
    assert.equal(dataOf<Item>(await call(`/events/${eventId}`)).id, eventId);
    assert.equal((await call('/events', { headers: { authorization: '' } })).status, 401);
  });

  it('come in pages whose cursor belongs to their search', async (context) => {
    const { call } = await startWithPartners(context);
    const seen = new Set<string>();
    let cursor: string | null = '';
    for (let pages = 0; pages < 20 && cursor !== null; pages += 1) {
      const answer = await call(`/artists?q=velvet&limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const { data, meta } = answer.json() as Page;
      for (const { id } of data) seen.add(id);
      cursor = meta.next;
    }
    assert.equal(seen.size, 60);
    const { meta } = (await call('/artists?q=velvet&limit=7')).json() as Page;
    for (const other of ['q=silver&limit=7', 'q=velvet&limit=8', 'q=velvet&limit=7&locale=de']) {
      assert.equal((await call(`/artists?${other}&cursor=${meta.next}`)).status, 400, other);
    }
    assert.equal((await call('/artists?cursor=WzEsLTEsInkiXQ')).status, 400);
  });

  it('are asked for once, however the search is spelt and however many ask', async (context) => {
    const { call, asked } = await startWithPartners(context);
    await Promise.all(Array.from({ length: 50 }, () => call('/artists?q=Velvet%20Foxes')));
    for (const q of ['velvet%20foxes', '%20VELVET%20%20foxes%20', 'velvet+foxes']) await call(`/artists?q=${q}`);
    assert.equal(asked(), 1);
    for (let n = 0; n < 3; n += 1) assert.equal((await call('/events/vvSandZZZZ')).status, 404);
    assert.equal(asked(), 2);
  });

  it('that are not there are 404 with their own type', async (context) => {
    const { call } = await startWithPartners(context);
    for (const [path, type] of [
      ['/artists/none', 'ARTIST_NOT_FOUND'],
      ['/venues/a.b', 'VENUE_NOT_FOUND'],
      ['/events/none', 'EVENT_NOT_FOUND'],
    ] as const) {
      const answer = await call(path);
      assert.deepEqual([answer.status, errorOf(answer).type], [404, type]);
    }
  });

  it('refuse queries that would fill the cache or reach elsewhere', async (context) => {
    const { call, asked } = await startWithPartners(context);
    const wrong = [
      `q=${'x'.repeat(101)}`,
      'limit=0',
      'limit=201',
      'limit=1e2',
      'page=2',
      'locale=..',
      'apikey=x',
      'q=a&q=b',
      'artistId=a',
    ];
    for (const query of wrong) assert.equal((await call(`/artists?${query}`)).status, 400, query);
    for (const path of [
      '/events?artistId=a.b',
      '/events?venueId=x.y',
      '/events?artistId=..%2f..',
      '/events/%2e%2e%2fvenues',
      '/artists/a%20b',
    ]) {
      assert.equal((await call(path)).status, 400, path);
    }
    assert.equal(asked(), 0);
  });

  it('are 503 with retry-after while Discovery is down, and 502 when it answers nonsense', async (context) => {
    const { call, controls, lines } = await startWithPartners(context);
    const cases: [object, number, string, string | undefined][] = [
      [{ status: 503, headers: { 'retry-after': '30' } }, 503, 'DISCOVERY_UNAVAILABLE', '30'],
      [{ reset: true }, 503, 'DISCOVERY_UNAVAILABLE', undefined],
      [{ body: '<html>' }, 502, 'DISCOVERY_FAILED', undefined],
      [{ status: 401, body: '{}' }, 502, 'DISCOVERY_FAILED', undefined],
    ];
    for (const [fault, status, type, retryAfter] of cases) {
      controls.addFault({ route: 'attractions', ...fault });
      const answer = await call('/artists?q=down');
      assert.deepEqual(
        [answer.status, errorOf(answer).type, answer.headers['retry-after']],
        [status, type, retryAfter],
      );
    }
    assert.equal((await call('/artists?q=down')).status, 200, 'no failure was kept');
    assert.ok(!lines.join('\n').includes(SANDBOX_DISCOVERY.apiKey));
  });

  it('are served stale while Discovery is down', async (context) => {
    const { call, controls, clock } = await startWithPartners(context);
    await call('/artists?q=velvet');
    await clock.advance(600_000);
    controls.addFault({ route: '*', status: 500, times: 100 });
    assert.equal((await call('/artists?q=velvet')).status, 200);
  });

  it('answer NOT_CONFIGURED where there is no Discovery', async (context) => {
    const { call } = await startService(context);
    const answer = await call('/artists');
    assert.deepEqual([answer.status, errorOf(answer).type], [503, 'NOT_CONFIGURED']);
  });

  it('are traced: the call of Discovery, and the cache', async (context) => {
    const { names, tracing } = noteSpans();
    const { call } = await startWithPartners(context, { tracing });
    await call('/artists?q=velvet');
    const ours = names.filter((name) => /^(?:redis|discovery)/.test(name));
    assert.deepEqual(ours, ['redis.get', 'discovery.searchArtists', 'redis.set']);
  });
});

describe('a replica of the cache', () => {
  it('answers for the catalogue, and never for promoters, which are written here', async (context) => {
    const asked: string[] = [];
    const copies = new Map<string, CacheEntry>();
    const cacheReplica: Cache = {
      async get(key) {
        asked.push(key.split(':')[0] ?? '');
        return copies.get(key);
      },
      set: async () => assert.fail('nothing is ever written to it'),
      delete: async () => assert.fail('nothing is ever written to it'),
    };
    const database = openDatabase(context);
    const one = await startWithPartners(context, { cacheReplica, database });
    const two = await startWithPartners(context, { cacheReplica, database, cache: one.cache });
    const claims = { sub: 'office', permissions: ['promoters:write'] };
    await one.call('/promoters', { json: { _id: 'p', name: 'Old' }, claims });
    await two.call('/promoters/p');
    await one.call('/promoters/p', { json: { name: 'New' }, claims, headers: { 'if-match': '"1"' } });
    for (const { call } of [one, two]) assert.equal(dataOf<Item>(await call('/promoters/p')).name, 'New');
    assert.deepEqual(asked, []);
    await one.call(`/artists/${artistId}`);
    assert.deepEqual(asked, ['discovery.findArtist']);
  });

  it('is believed as long as what it has is fresh', async (context) => {
    const clock = createManualClock();
    const value = { until: clock.now() + 1_000, value: { id: artistId, name: 'From the replica' } };
    const cacheReplica: Cache = {
      get: async () => ({ value, version: 0 }),
      set: async () => false,
      delete: async () => {},
    };
    const { call } = await startWithPartners(context, { cacheReplica });
    assert.equal(dataOf<Item>(await call(`/artists/${artistId}`)).name, 'From the replica');
  });
});

describe('markets of a campaign', () => {
  it('are looked up in the catalogue', async (context) => {
    const { call } = await startWithPartners(context);
    const create = (event: string) =>
      call('/campaigns', { json: { _id: `c-${event}`, name: 'Tour', markets: [{ eventId: event }] }, claims: CREATOR });
    assert.equal((await create(eventId)).status, 201);
    assert.equal((await create('none')).status, 400);
  });

  it('are taken or refused while it is down, as the installation says', async (context) => {
    for (const [catalogueCheck, status] of [
      ['open', 201],
      ['closed', 503],
    ] as const) {
      const { call, controls } = await startWithPartners(context, { catalogueCheck });
      controls.addFault({ route: '*', status: 500, times: 100 });
      const json = { _id: 'c', name: 'Tour', markets: [{ eventId }] };
      assert.equal((await call('/campaigns', { json, claims: CREATOR })).status, status);
    }
  });
});
