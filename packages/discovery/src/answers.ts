import type { ResponseBody } from '@verifiedfan/request';
import type { Artist, Named, Page, TourEvent, Venue } from './discovery.ts';
import { DiscoveryError } from './errors.ts';
import { compact, field, instantOf, listOf, textOf, urlOf } from './fields.ts';

/** Takes from one thing of the vendor what is ours; undefined for one without an id or a name, which nobody could refer to. */
export type Reader<Item> = (value: unknown) => Item | undefined;

const namedOf: Reader<Named> = (value) => {
  const [id, name] = [textOf(field(value, 'id')), textOf(field(value, 'name'))];
  return id === undefined || name === undefined ? undefined : { id, name };
};

const imageOf = (value: unknown): string | undefined => {
  const width = (image: unknown): number => Number(field(image, 'width')) || 0;
  const [widest] = listOf(field(value, 'images')).toSorted((a, b) => width(b) - width(a));
  return urlOf(field(widest, 'url'));
};

const genreOf = (value: unknown): string | undefined => {
  const all = listOf(field(value, 'classifications'));
  const main = all.find((each) => field(each, 'primary') === true) ?? all[0];
  return textOf(field(field(main, 'genre'), 'name'));
};

export const readArtist: Reader<Artist> = (value) => {
  const named = namedOf(value);
  if (named === undefined) return undefined;
  const total = field(field(value, 'upcomingEvents'), '_total');
  return {
    ...named,
    ...compact({
      url: urlOf(field(value, 'url')),
      imageUrl: imageOf(value),
      genre: genreOf(value),
      upcomingEvents: Number.isSafeInteger(total) ? Number(total) : undefined,
    }),
  } as Artist;
};

const locationOf = (value: unknown): Venue['location'] => {
  // Coordinates come as texts.
  const [latitude, longitude] = ['latitude', 'longitude'].map((name) =>
    Number(textOf(field(value, name)) ?? Number.NaN),
  );
  if (latitude === undefined || longitude === undefined || Number.isNaN(latitude + longitude)) return undefined;
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
};

export const readVenue: Reader<Venue> = (value) => {
  const named = namedOf(value);
  if (named === undefined) return undefined;
  return {
    ...named,
    ...compact({
      url: urlOf(field(value, 'url')),
      address: textOf(field(field(value, 'address'), 'line1')),
      city: textOf(field(field(value, 'city'), 'name')),
      region: textOf(field(field(value, 'state'), 'name')),
      postalCode: textOf(field(value, 'postalCode')),
      country: textOf(field(field(value, 'country'), 'countryCode')),
      timezone: textOf(field(value, 'timezone')),
      location: locationOf(field(value, 'location')),
    }),
  } as Venue;
};

export const readEvent: Reader<TourEvent> = (value) => {
  const named = namedOf(value);
  if (named === undefined) return undefined;
  const [dates, embedded] = [field(value, 'dates'), field(value, '_embedded')];
  const start = field(dates, 'start');
  const sales = field(field(value, 'sales'), 'public');
  const sale = compact({
    opensAt: instantOf(field(sales, 'startDateTime')),
    closesAt: instantOf(field(sales, 'endDateTime')),
  });
  return {
    ...named,
    ...compact({
      url: urlOf(field(value, 'url')),
      imageUrl: imageOf(value),
      startsAt: instantOf(field(start, 'dateTime')),
      localDate: /^\d{4}-\d{2}-\d{2}$/.exec(textOf(field(start, 'localDate')) ?? '')?.[0],
      timezone: textOf(field(dates, 'timezone')),
      status: textOf(field(field(dates, 'status'), 'code')),
      sale: Object.keys(sale).length === 0 ? undefined : sale,
      venue: listOf(field(embedded, 'venues')).map(namedOf)[0],
    }),
    artists: listOf(field(embedded, 'attractions')).flatMap((each) => namedOf(each) ?? []),
  } as TourEvent;
};

/** The vendor serves nothing behind this. */
export const MAX_DEPTH = 1_000;

/** One page of a search. Throws `DiscoveryError` with `invalid_response`. */
export const readPage =
  <Item>(kind: string, read: Reader<Item>) =>
  (body: ResponseBody): Page<Item> => {
    const facts = field(body, 'page');
    const [size, total, page] = ['size', 'totalElements', 'number'].map((name) => field(facts, name));
    if (![size, total, page].every((value) => Number.isSafeInteger(value) && Number(value) >= 0)) {
      throw new DiscoveryError('invalid_response');
    }
    const [perPage, number, all] = [Number(size), Number(page), Number(total)];
    const items = listOf(field(field(body, '_embedded'), kind)).flatMap((each) => read(each) ?? []);
    const next = number + 1;
    const hasNext = next * perPage < all && next * perPage < MAX_DEPTH;
    return { items, page: number, size: perPage, total: all, ...(hasNext && { next }) };
  };

/** One thing. Throws `DiscoveryError` with `invalid_response`. */
export const readOne =
  <Item>(read: Reader<Item>) =>
  (body: ResponseBody, { status }: { status: number }): Item | undefined => {
    if (status === 404) return undefined;
    const item = read(body);
    if (item === undefined) throw new DiscoveryError('invalid_response', { status });
    return item;
  };
