import type { Clock, Random } from '@verifiedfan/ports';
import type { CreateRequestOptions } from '@verifiedfan/request';

/** Ids of artists, venues and events. A find answers undefined for any other text, and a search refuses it, both without asking. */
export const DISCOVERY_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** What Discovery calls an attraction. */
export type Artist = {
  id: string;
  name: string;
  url?: string;
  /** The widest picture. */
  imageUrl?: string;
  genre?: string;
  upcomingEvents?: number;
};

export type Venue = {
  id: string;
  name: string;
  url?: string;
  address?: string;
  city?: string;
  /** Name of the state, where there are states. */
  region?: string;
  postalCode?: string;
  /** ISO 3166, two letters. */
  country?: string;
  /** Such as `Europe/Berlin`. */
  timezone?: string;
  /** Degrees. */
  location?: { latitude: number; longitude: number };
};

/** A reference to something that has an entry of its own. */
export type Named = { id: string; name: string };

export type TourEvent = {
  id: string;
  name: string;
  url?: string;
  imageUrl?: string;
  /** ISO 8601 in UTC; missing while the hour is to be announced. */
  startsAt?: string;
  /** `YYYY-MM-DD` where the event is; missing while the day is to be announced. */
  localDate?: string;
  timezone?: string;
  /** `onsale`, `offsale`, `canceled`, `postponed` or `rescheduled`, and what else the vendor may think of. */
  status?: string;
  /** Of the public sale, ISO 8601 in UTC. */
  sale?: { opensAt?: string; closesAt?: string };
  artists: Named[];
  venue?: Named;
};

export type Page<Item> = {
  items: Item[];
  /** From 0. */
  page: number;
  size: number;
  /** How many there are; the vendor counts to 10,000. */
  total: number;
  /** Missing on the last page, and where the vendor serves no deeper one. */
  next?: number;
};

export type CallContext = { signal?: AbortSignal | undefined; correlation?: string | undefined };

export type SearchQuery = CallContext & {
  /** Words of the name; at most 200 characters. */
  keyword?: string | undefined;
  /** Language with or without a region, such as `de` or `en-GB`; others are found too. @default all */
  locale?: string | undefined;
  /** 1 to 200. @default 20 */
  size?: number | undefined;
  /** From 0; `size × page` must stay below 1,000. @default 0 */
  page?: number | undefined;
};
export type EventQuery = SearchQuery & { artistId?: string | undefined; venueId?: string | undefined };
export type FindQuery = CallContext & { id: string; locale?: string | undefined };

/** Reads the catalogue. All throw `DiscoveryError`; a find answers undefined for an id that does not exist. */
export interface Discovery {
  searchArtists(query?: SearchQuery): Promise<Page<Artist>>;
  searchVenues(query?: SearchQuery): Promise<Page<Venue>>;
  searchEvents(query?: EventQuery): Promise<Page<TourEvent>>;
  findArtist(query: FindQuery): Promise<Artist | undefined>;
  findVenue(query: FindQuery): Promise<Venue | undefined>;
  findEvent(query: FindQuery): Promise<TourEvent | undefined>;
  close(): Promise<void>;
}

export type DiscoveryOptions = {
  /** Sent as a query parameter, as the vendor wants it; in no log and no error. */
  apiKey: string;
  clock: Clock;
  random: Random;
  /** @default 'https://app.ticketmaster.com/discovery/v2' */
  baseUrl?: string | undefined;
  /** One attempt, in milliseconds. @default 3_000 */
  timeoutMs?: number | undefined;
  /** A whole call with its waits, in milliseconds. @default 7_500 */
  deadlineMs?: number | undefined;
  /** Calls a second of this process; as many may be made at once. @default 5, what a new key has */
  perSecond?: number | undefined;
} & Pick<CreateRequestOptions, 'attempts' | 'log' | 'tracer' | 'dispatcher'>;
