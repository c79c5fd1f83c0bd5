import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { request } from '@verifiedfan/test-utils';
import { CATALOGUE_SIZE, discoveryStandIn, SANDBOX_DISCOVERY } from '../src/index.ts';
import { startSandbox } from './set-up.ts';

type Item = { id: string; name: string; type: string; [field: string]: unknown };
type Page = {
  _embedded?: Record<string, Item[]>;
  _links: Record<string, { href: string }>;
  page: { size: number; totalElements: number; totalPages: number; number: number };
};
type Refused = { errors: { code: string; status: string }[]; fault: { detail: { errorcode: string } } };

const start = async (test: Parameters<typeof startSandbox>[0], options = {}) => {
  const standIns = [discoveryStandIn({ rateLimit: false, ...options })];
  const started = await startSandbox(test, { standIns });
  const call = (path: string, query: Record<string, string> = {}) => {
    const search = new URLSearchParams({ apikey: SANDBOX_DISCOVERY.apiKey, ...query });
    return request({ url: `${started.url}/discovery/discovery/v2/${path}?${search}` });
  };
  const page = async (path: string, query: Record<string, string> = {}) => (await call(path, query)).json() as Page;
  return { ...started, call, page };
};

describe('the Discovery stand-in', () => {
  it('has a catalogue of some thousands, the same under both spellings of a path', async (test) => {
    const { page } = await start(test);
    for (const kind of ['attractions', 'venues', 'events'] as const) {
      const { page: facts, _embedded } = await page(kind, { size: '1' });
      assert.equal(facts.totalElements, CATALOGUE_SIZE[kind]);
      assert.deepEqual(await page(`${kind}.json`, { size: '1' }), await page(kind, { size: '1' }));
      assert.equal(_embedded?.[kind]?.length, 1);
    }
  });

  it('finds by the beginnings of words, without accents and case', async (test) => {
    const { page } = await start(test);
    const found = await page('attractions', { keyword: 'cafe LANTERN' });
    assert.deepEqual(
      found._embedded?.attractions?.map(({ name }) => name),
      ['Café Lanterns'],
    );
    const venues = await page('venues', { keyword: 'munchen', size: '1' });
    assert.ok(venues.page.totalElements > 50);
  });

  it('answers a search without hits without _embedded, and with no pages', async (test) => {
    const { page } = await start(test);
    const nothing = await page('events', { keyword: 'zzzz' });
    assert.equal(nothing._embedded, undefined);
    assert.deepEqual(nothing.page, { size: 20, totalElements: 0, totalPages: 0, number: 0 });
  });

  it('pages through everything once, with relative links that do not carry the key', async (test) => {
    const { page } = await start(test);
    const seen = new Set<string>();
    for (let number = 0; number < 5; number += 1) {
      const { _embedded, _links } = await page('events', { keyword: 'velvet', size: '25', page: String(number) });
      for (const { id } of _embedded?.events ?? []) seen.add(id);
      assert.ok(Object.values(_links).every(({ href }) => href.startsWith('/discovery/') && !href.includes('apikey')));
    }
    assert.equal(seen.size, (await page('events', { keyword: 'velvet' })).page.totalElements);
  });

  it('finds events of an artist and of a venue, and finds each thing by its id', async (test) => {
    const { page, call } = await start(test);
    const { artistId, eventId } = SANDBOX_DISCOVERY;
    const event = (await call(`events/${eventId}.json`)).json() as Item & { _embedded: Record<string, Item[]> };
    assert.equal(event.id, eventId);
    assert.equal(event._embedded.attractions?.[0]?.id, artistId);
    const ofArtist = await page('events', { attractionId: artistId });
    assert.ok(ofArtist._embedded?.events?.some(({ id }) => id === eventId));
    const venueId = event._embedded.venues?.[0]?.id ?? '';
    assert.ok((await page('events', { venueId })).page.totalElements >= 1);
    assert.equal(((await call(`venues/${venueId}`)).json() as Item).type, 'venue');
  });

  it('refuses keys, sizes, depths, dates and ids as the vendor does', async (test) => {
    const { call } = await start(test);
    const outcome = async (path: string, query: Record<string, string>) => {
      const answer = await call(path, query);
      const body = answer.json() as Partial<Refused>;
      return [answer.status, body.errors?.[0]?.code ?? body.fault?.detail.errorcode];
    };
    assert.deepEqual(await outcome('events', { apikey: 'other' }), [401, 'oauth.v2.InvalidApiKey']);
    assert.deepEqual(await outcome('events', { size: '201' }), [400, 'DIS1036']);
    assert.deepEqual(await outcome('events', { size: '200', page: '5' }), [400, 'DIS1035']);
    assert.deepEqual(await outcome('events', { size: '20', page: '-1' }), [400, 'DIS1015']);
    assert.deepEqual(await outcome('events', { startDateTime: '2026-06-01T00:00:00.000Z' }), [400, 'DIS1015']);
    assert.deepEqual(await outcome('events', { sort: 'colour,asc' }), [400, 'DIS1016']);
    assert.deepEqual(await outcome('events', { locale: 'x' }), [400, 'DIS1008']);
    assert.deepEqual(await outcome('events/vvSandZZZZ', {}), [404, 'DIS1004']);
    assert.deepEqual(await outcome('attractions/..%2Fevents', {}), [404, 'DIS1004']);
    assert.equal((await call('events', { size: '200', page: '4' })).status, 200);
  });

  it('counts requests a second and a day, and gives both back in time', async (test) => {
    const { call, clock } = await start(test, { rateLimit: { perSecond: 1, burst: 2 }, dailyQuota: 4 });
    const codes = async (count: number) => {
      const answers: (string | number)[] = [];
      for (let made = 0; made < count; made += 1) {
        const answer = await call('attractions', { size: '1' });
        const { fault } = answer.json() as Partial<Refused>;
        answers.push(fault?.detail.errorcode ?? answer.headers['rate-limit-available'] ?? '');
      }
      return answers;
    };
    assert.deepEqual(await codes(3), ['3', '2', 'policies.ratelimit.SpikeArrestViolation']);
    await clock.advance(5_000);
    assert.deepEqual(await codes(2), ['0', 'policies.ratelimit.QuotaViolation']);
    await clock.advance(86_400_000);
    assert.deepEqual(await codes(1), ['3']);
  });

  it('fails on demand, by the name of a route', async (test) => {
    const { call, sandbox } = await start(test);
    sandbox.standIn('discovery').addFault({ route: 'events.find', status: 429, headers: { 'retry-after': '2' } });
    sandbox.standIn('discovery').addFault({ route: 'venues', body: '<html>' });
    const spoilt = await call(`events/${SANDBOX_DISCOVERY.eventId}`);
    assert.deepEqual([spoilt.status, spoilt.headers['retry-after']], [429, '2']);
    assert.equal((await call('venues')).text, '<html>');
    assert.equal((await call('venues')).status, 200);
    assert.equal(sandbox.standIn('discovery').requests().requests.length, 3);
  });
});
