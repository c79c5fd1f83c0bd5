import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DiscoveryError } from '@verifiedfan/discovery';
import { CATALOGUE_SIZE, SANDBOX_DISCOVERY } from '../../src/index.ts';
import { setUp } from './discovery-set-up.ts';

const { artistId, eventId } = SANDBOX_DISCOVERY;
const isCode = (code: string) => (error: unknown) => error instanceof DiscoveryError && error.code === code;

describe('searching the catalogue', () => {
  it('finds artists by words, in our own words', async (test) => {
    const { discovery } = await setUp(test);
    const { items, total, next } = await discovery.searchArtists({ keyword: '  cafe lanterns ' });
    assert.deepEqual([total, next], [1, undefined]);
    assert.deepEqual(items[0], {
      id: items[0]?.id,
      name: 'Café Lanterns',
      url: `https://tickets.example.com/artist/${items[0]?.id}`,
      imageUrl: `https://images.example.com/${items[0]?.id}/16_9.jpg`,
      genre: items[0]?.genre,
      upcomingEvents: 2,
    });
  });

  it('finds venues with their place, and events with their artist and venue', async (test) => {
    const { discovery } = await setUp(test);
    const { items: venues } = await discovery.searchVenues({ keyword: 'munchen', size: 1 });
    assert.equal(venues[0]?.city, 'München');
    assert.deepEqual([venues[0]?.country, venues[0]?.timezone, venues[0]?.region], ['DE', 'Europe/Berlin', undefined]);
    assert.deepEqual(venues[0]?.location, { latitude: 48.14, longitude: 11.58 });
    const { items: events } = await discovery.searchEvents({ artistId, size: 200 });
    assert.ok(events.some(({ id }) => id === eventId));
    assert.ok(events.every(({ artists, venue }) => artists[0]?.id === artistId && venue !== undefined));
    assert.match(events[0]?.startsAt ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    const there = await discovery.searchEvents({ venueId: events[0]?.venue?.id });
    assert.ok(there.total >= 1);
  });

  it('goes from page to page until the vendor serves no deeper one', async (test) => {
    const { discovery } = await setUp(test);
    const pages: number[] = [];
    let page: number | undefined = 0;
    while (page !== undefined) {
      const answer: Awaited<ReturnType<typeof discovery.searchVenues>> = await discovery.searchVenues({
        size: 200,
        page,
      });
      assert.equal(answer.total, CATALOGUE_SIZE.venues);
      pages.push(answer.items.length);
      page = answer.next;
    }
    assert.deepEqual(pages, [200, 200, 200, 200, 200]);
  });

  it('answers an empty page when nothing fits', async (test) => {
    const { discovery } = await setUp(test);
    assert.deepEqual(await discovery.searchEvents({ keyword: 'zzzz' }), { items: [], page: 0, size: 20, total: 0 });
  });

  it('asks for a language and takes any, without milliseconds of its own', async (test) => {
    const { discovery, asked } = await setUp(test);
    for (const locale of ['en-GB', 'de', 'zh-Hans-CN', '../..', undefined]) await discovery.searchArtists({ locale });
    const locales = asked().map((path) => new URL(path, 'http://host').searchParams.get('locale'));
    assert.deepEqual(locales, ['en-gb,*', 'de,*', 'zh,*', '*', '*']);
  });

  it('refuses queries outside their limits without asking', async (test) => {
    const { discovery, asked } = await setUp(test);
    const wrong = [
      { size: 201 },
      { size: 0 },
      { page: -1 },
      { size: 200, page: 5 },
      { size: 1.5 },
      { artistId: 'a b' },
      { keyword: 'x'.repeat(201) },
    ];
    for (const query of wrong) await assert.rejects(discovery.searchEvents(query), isCode('invalid_query'));
    assert.deepEqual(asked(), []);
  });
});

describe('finding one thing', () => {
  it('answers it, or that there is none', async (test) => {
    const { discovery } = await setUp(test);
    assert.equal((await discovery.findArtist({ id: artistId }))?.id, artistId);
    const event = await discovery.findEvent({ id: eventId });
    assert.equal(event?.artists[0]?.id, artistId);
    assert.equal((await discovery.findVenue({ id: event?.venue?.id ?? '' }))?.name, event?.venue?.name);
    assert.equal(await discovery.findVenue({ id: 'KovSandZZZZ' }), undefined);
  });

  it('answers that there is none, without asking, for what can be no id', async (test) => {
    const { discovery, asked } = await setUp(test);
    for (const id of ['', '..', 'a/b', '../events', 'a?apikey=1', 'x'.repeat(200)]) {
      assert.equal(await discovery.findEvent({ id }), undefined);
    }
    assert.deepEqual(asked(), []);
  });

  it('leaves out what nobody knows yet: the hour, and a sale in 1900', async (test) => {
    const { discovery } = await setUp(test);
    const { items } = await discovery.searchEvents({ size: 100 });
    const open = items.filter(({ startsAt }) => startsAt === undefined);
    assert.ok(open.length >= 1 && open.every(({ localDate }) => localDate !== undefined));
    const unsold = items.filter(({ sale }) => sale?.opensAt === undefined);
    assert.ok(unsold.length > 5 && unsold.length < 20);
  });
});
