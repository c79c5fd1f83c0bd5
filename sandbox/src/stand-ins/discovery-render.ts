import type { JsonObject } from '@verifiedfan/ports';
import { type CatalogueKind, cityOf, eventFacts, idOf, imagesOf, nameOf } from './discovery-catalogue.ts';

const ROOT = '/discovery/v2';
const GENRES = ['Pop', 'Rock', 'Jazz', 'Electronic', 'Folk', 'Metal'];
const STATUSES = ['onsale', 'onsale', 'onsale', 'offsale', 'rescheduled', 'postponed', 'canceled'];

export const linkOf = (kind: CatalogueKind, id: string, locale: string): JsonObject => ({
  href: `${ROOT}/${kind}/${id}?locale=${locale}`,
});

const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const classificationsOf = (index: number): JsonObject[] => {
  const genre = GENRES[index % GENRES.length] ?? 'Pop';
  return [
    {
      primary: true,
      segment: { id: 'KZSandMusic', name: 'Music' },
      genre: { id: `KnSand${genre}`, name: genre },
      subGenre: { id: `KZSand${genre}`, name: genre },
    },
  ];
};

const attraction = (index: number, locale: string): JsonObject => {
  const id = idOf('attractions', index);
  return {
    name: nameOf('attractions', index),
    type: 'attraction',
    id,
    test: false,
    url: `https://tickets.example.com/artist/${id}`,
    locale,
    images: imagesOf(id),
    classifications: classificationsOf(index),
    upcomingEvents: { ticketmaster: 2, _total: 2, _filtered: 0 },
    _links: { self: linkOf('attractions', id, locale) },
  };
};

const venue = (index: number, locale: string): JsonObject => {
  const id = idOf('venues', index);
  const [city, region, regionCode, country, countryCode, timezone, at] = cityOf(index);
  const [latitude = '', longitude = ''] = at.split(',');
  return {
    name: nameOf('venues', index),
    type: 'venue',
    id,
    test: false,
    url: `https://tickets.example.com/venue/${id}`,
    locale,
    postalCode: String(10_000 + index),
    timezone,
    city: { name: city },
    ...(region === '' ? {} : { state: { name: region, stateCode: regionCode } }),
    country: { name: country, countryCode },
    address: { line1: `${index + 1} Example Street` },
    location: { longitude, latitude },
    markets: [{ id: '35' }],
    dmas: [{ id: 345 }],
    _links: { self: linkOf('venues', id, locale) },
  };
};

const event = (index: number, locale: string): JsonObject => {
  const { attraction: artist, venue: place, startMs, placeholderSale } = eventFacts(index);
  const id = idOf('events', index);
  const dateTime = seconds(startMs);
  const onsale = placeholderSale ? '1900-01-01T06:00:00Z' : seconds(startMs - 120 * 86_400_000);
  // Events whose hour is still to be announced have a day and nothing else.
  const isOpen = index % 50 === 49;
  return {
    name: nameOf('events', index),
    type: 'event',
    id,
    test: false,
    url: `https://tickets.example.com/event/${id}`,
    locale,
    images: imagesOf(id),
    sales: { public: { startDateTime: onsale, startTBD: false, startTBA: false, endDateTime: dateTime } },
    dates: {
      start: {
        localDate: dateTime.slice(0, 10),
        ...(isOpen ? {} : { localTime: dateTime.slice(11, 19), dateTime }),
        dateTBD: false,
        dateTBA: false,
        timeTBA: isOpen,
        noSpecificTime: false,
      },
      timezone: cityOf(place)[5],
      status: { code: STATUSES[index % STATUSES.length] ?? 'onsale' },
      spanMultipleDays: false,
    },
    classifications: classificationsOf(artist),
    _links: {
      self: linkOf('events', id, locale),
      attractions: [linkOf('attractions', idOf('attractions', artist), locale)],
      venues: [linkOf('venues', idOf('venues', place), locale)],
    },
    _embedded: { venues: [venue(place, locale)], attractions: [attraction(artist, locale)] },
  };
};

const RENDER: Record<CatalogueKind, (index: number, locale: string) => JsonObject> = {
  attractions: attraction,
  venues: venue,
  events: event,
};

/** One thing as the vendor shows it. */
export const render = (kind: CatalogueKind, index: number, locale: string): JsonObject => RENDER[kind](index, locale);

export type PageFacts = {
  kind: CatalogueKind;
  indexes: readonly number[];
  locale: string;
  size: number;
  page: number;
  total: number;
};

/** A page in HAL: without `_embedded` when nothing was found, links relative and without the key. */
export const renderPage = ({ kind, indexes, locale, size, page, total }: PageFacts): JsonObject => {
  const totalPages = Math.ceil(total / size);
  const at = (number: number): JsonObject => ({ href: `${ROOT}/${kind}.json?page=${number}&size=${size}` });
  return {
    ...(indexes.length === 0 ? {} : { _embedded: { [kind]: indexes.map((index) => render(kind, index, locale)) } }),
    _links: {
      first: at(0),
      self: { href: `${ROOT}/${kind}.json{?page,size,sort}`, templated: true },
      ...(page + 1 < totalPages ? { next: at(page + 1) } : {}),
      last: at(Math.max(0, totalPages - 1)),
    },
    page: { size, totalElements: total, totalPages, number: page },
  };
};
