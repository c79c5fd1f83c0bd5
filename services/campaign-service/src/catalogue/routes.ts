import { idSchema, z } from '@verifiedfan/schema';
import { type Route, route, ServiceError } from '@verifiedfan/service';
import { type NotConfigured, required } from '../not-configured.ts';
import { accessOf } from '../rights/index.ts';
import type { CatalogueReader } from './reader.ts';
import {
  artistView,
  encodeCursor,
  eventSearchQuery,
  eventView,
  findQuery,
  fingerprintOf,
  searchQuery,
  venueView,
} from './schemas.ts';

const ERRORS = ['DISCOVERY_UNAVAILABLE', 'DISCOVERY_FAILED', 'NOT_CONFIGURED'] as const;
/** The catalogue changes slowly and is the same for everybody; a browser need not ask again for each letter. */
const HEADERS = { 'cache-control': 'private, max-age=60' };

type Query = z.output<typeof searchQuery> & z.output<typeof eventSearchQuery>;

const toSearch = ({ cursor, limit, ...query }: Query) => ({ ...query, size: limit, page: cursor?.page ?? 0 });

const toNext = ({ cursor: _cursor, ...query }: Query, next: number | undefined): string | null =>
  next === undefined ? null : encodeCursor({ page: next, fingerprint: fingerprintOf(query) });

const found = <Item>(item: Item | undefined, code: string, message: string): Item => {
  if (item === undefined) throw new ServiceError({ code, message });
  return item;
};

const artistRoutes = (catalogue: () => CatalogueReader): Route[] => [
  route({
    method: 'GET',
    path: '/artists',
    summary: 'Artists of the catalogue by words of their names, in pages, at most 1,000 in all',
    access: accessOf('GET /artists'),
    query: searchQuery,
    responses: { 200: z.array(artistView) },
    errors: ERRORS,
    async handler({ query }) {
      const { items, next } = await catalogue().searchArtists(toSearch(query));
      return { status: 200, data: items, next: toNext(query, next), headers: HEADERS };
    },
  }),
  route({
    method: 'GET',
    path: '/artists/:artistId',
    summary: 'An artist of the catalogue',
    access: accessOf('GET /artists/:artistId'),
    params: z.strictObject({ artistId: idSchema }),
    query: findQuery,
    responses: { 200: artistView },
    errors: [...ERRORS, 'ARTIST_NOT_FOUND'],
    async handler({ params: { artistId: id }, query: { locale } }) {
      const artist = await catalogue().findArtist({ id, locale });
      const data = found(artist, 'ARTIST_NOT_FOUND', 'The catalogue has no such artist');
      return { status: 200, data, headers: HEADERS };
    },
  }),
];

const venueRoutes = (catalogue: () => CatalogueReader): Route[] => [
  route({
    method: 'GET',
    path: '/venues',
    summary: 'Venues of the catalogue by words of their names and cities, in pages, at most 1,000 in all',
    access: accessOf('GET /venues'),
    query: searchQuery,
    responses: { 200: z.array(venueView) },
    errors: ERRORS,
    async handler({ query }) {
      const { items, next } = await catalogue().searchVenues(toSearch(query));
      return { status: 200, data: items, next: toNext(query, next), headers: HEADERS };
    },
  }),
  route({
    method: 'GET',
    path: '/venues/:venueId',
    summary: 'A venue of the catalogue',
    access: accessOf('GET /venues/:venueId'),
    params: z.strictObject({ venueId: idSchema }),
    query: findQuery,
    responses: { 200: venueView },
    errors: [...ERRORS, 'VENUE_NOT_FOUND'],
    async handler({ params: { venueId: id }, query: { locale } }) {
      const venue = await catalogue().findVenue({ id, locale });
      const data = found(venue, 'VENUE_NOT_FOUND', 'The catalogue has no such venue');
      return { status: 200, data, headers: HEADERS };
    },
  }),
];

const eventRoutes = (catalogue: () => CatalogueReader): Route[] => [
  route({
    method: 'GET',
    path: '/events',
    summary: 'Events of the catalogue by words of their names, artist and venue, in pages, at most 1,000 in all',
    access: accessOf('GET /events'),
    query: eventSearchQuery,
    responses: { 200: z.array(eventView) },
    errors: ERRORS,
    async handler({ query }) {
      const { items, next } = await catalogue().searchEvents(toSearch(query));
      return { status: 200, data: items, next: toNext(query, next), headers: HEADERS };
    },
  }),
  route({
    method: 'GET',
    path: '/events/:eventId',
    summary: 'An event of the catalogue',
    access: accessOf('GET /events/:eventId'),
    params: z.strictObject({ eventId: idSchema }),
    query: findQuery,
    responses: { 200: eventView },
    errors: [...ERRORS, 'EVENT_NOT_FOUND'],
    async handler({ params: { eventId: id }, query: { locale } }) {
      const event = await catalogue().findEvent({ id, locale });
      const data = found(event, 'EVENT_NOT_FOUND', 'The catalogue has no such event');
      return { status: 200, data, headers: HEADERS };
    },
  }),
];

/** Without a reader they answer NOT_CONFIGURED. */
export const createCatalogueRoutes = ({ catalogue }: { catalogue: CatalogueReader | NotConfigured }): Route[] => {
  const reader = required(catalogue);
  return [...artistRoutes(reader), ...venueRoutes(reader), ...eventRoutes(reader)];
};
