import type {
  Artist,
  Discovery,
  EventQuery,
  FindQuery,
  Page,
  SearchQuery,
  TourEvent,
  Venue,
} from '@verifiedfan/discovery';
import type { Cache, Clock, Random } from '@verifiedfan/ports';
import { createReadThrough, normaliseText, type ReadThroughOptions } from '@verifiedfan/read-through';
import type { ServiceLog } from '@verifiedfan/service';
import { toCatalogueError } from './errors.ts';

export type SearchOptions = {
  q?: string | undefined;
  locale?: string | undefined;
  size: number;
  /** From 0. */
  page: number;
  artistId?: string | undefined;
  venueId?: string | undefined;
};
export type FindOptions = { id: string; locale?: string | undefined };

type Search<Item> = (options: SearchOptions) => Promise<Page<Item>>;
type Find<Item> = (options: FindOptions) => Promise<Item | undefined>;

/** The catalogue as it is read here: through the cache. All throw DISCOVERY_UNAVAILABLE and DISCOVERY_FAILED. */
export type CatalogueReader = {
  searchArtists: Search<Artist>;
  searchVenues: Search<Venue>;
  searchEvents: Search<TourEvent>;
  findArtist: Find<Artist>;
  findVenue: Find<Venue>;
  findEvent: Find<TourEvent>;
};

export type CatalogueReaderOptions = {
  discovery: Discovery;
  cache: Cache;
  replica?: Cache | undefined;
  clock: Clock;
  random: Pick<Random, 'next'>;
  log: ServiceLog;
  /** How long answers are fresh, in milliseconds. @default 300_000 */
  ttlMs?: number | undefined;
  /** How long they are served after that while newer ones are fetched, in milliseconds. @default 3_600_000 */
  staleMs?: number | undefined;
  /** Runs a call of Discovery in a span of this name. */
  inSpan: <T>(name: string, run: () => Promise<T>) => Promise<T>;
};

/** Raise it when the types of Discovery's package change. */
const FORMAT = 1;

/** Reads the catalogue through a cache: spellings of a search are one entry, and who asks at the same time asks once. */
export const createCatalogueReader = (options: CatalogueReaderOptions): CatalogueReader => {
  const { discovery, cache, replica, clock, random, log, inSpan, ttlMs = 300_000, staleMs = 3_600_000 } = options;
  const shared = { format: FORMAT, cache, replica, clock, random, log, ttlMs, staleMs };

  const search = <Item>(name: string, ask: (query: EventQuery & SearchQuery) => Promise<Page<Item>>): Search<Item> => {
    const reads = createReadThrough<Page<Item>>({ ...shared, name } satisfies ReadThroughOptions<Page<Item>>);
    return async ({ q = '', locale, size, page, artistId, venueId }) => {
      const keyword = normaliseText(q);
      const language = locale?.toLowerCase();
      const parameters = { keyword, locale: language, size, page, artistId, venueId };
      try {
        const found = await reads.read({
          parameters,
          load: (signal) =>
            inSpan(name, () => ask({ keyword, locale: language, size, page, artistId, venueId, signal })),
        });
        return found ?? { items: [], page, size, total: 0 };
      } catch (error) {
        throw toCatalogueError(error);
      }
    };
  };

  const find = <Item>(name: string, ask: (query: FindQuery) => Promise<Item | undefined>): Find<Item> => {
    const reads = createReadThrough<Item>({ ...shared, name });
    return async ({ id, locale }) => {
      const language = locale?.toLowerCase();
      try {
        return await reads.read({
          parameters: { id, locale: language },
          load: (signal) => inSpan(name, () => ask({ id, locale: language, signal })),
        });
      } catch (error) {
        throw toCatalogueError(error);
      }
    };
  };

  return {
    searchArtists: search('discovery.searchArtists', discovery.searchArtists),
    searchVenues: search('discovery.searchVenues', discovery.searchVenues),
    searchEvents: search('discovery.searchEvents', discovery.searchEvents),
    findArtist: find('discovery.findArtist', discovery.findArtist),
    findVenue: find('discovery.findVenue', discovery.findVenue),
    findEvent: find('discovery.findEvent', discovery.findEvent),
  };
};
