import { type CallOptions, createRequest, type Normaliser, type RetryRule } from '@verifiedfan/request';
import { MAX_DEPTH, type Reader, readArtist, readEvent, readOne, readPage, readVenue } from './answers.ts';
import {
  DISCOVERY_ID,
  type Discovery,
  type DiscoveryOptions,
  type EventQuery,
  type FindQuery,
  type Page,
} from './discovery.ts';
import { DiscoveryError, QUOTA, toDiscoveryError, vendorCodeOf } from './errors.ts';
import { createPace } from './pace.ts';

const MAX_SIZE = 200;
const MAX_KEYWORD = 200;
const LOCALE = /^([A-Za-z]{2})(?:-([A-Za-z]{2}))?\b/;
/** A page of 200 events with everything that is embedded in them has some 2 MB. */
const MAX_RESPONSE_BYTES = 8 * 1_048_576;

/** The language first, then any: without `*` what is only described in another language is not found at all. */
const localeOf = (locale: string | undefined): string => {
  const [, language, region] = LOCALE.exec(locale ?? '') ?? [];
  if (language === undefined) return '*';
  return `${language.toLowerCase()}${region === undefined ? '' : `-${region.toLowerCase()}`},*`;
};

const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;

const describe = ({
  keyword = '',
  locale,
  size = 20,
  page = 0,
  artistId,
  venueId,
}: EventQuery): CallOptions['query'] => {
  const words = keyword.trim();
  const ids = [artistId, venueId].every((id) => id === undefined || DISCOVERY_ID.test(id));
  const paging = isWhole(size, 1, MAX_SIZE) && isWhole(page, 0, MAX_DEPTH) && size * page < MAX_DEPTH;
  if (!paging || !ids || words.length > MAX_KEYWORD) throw new DiscoveryError('invalid_query');
  return {
    keyword: words === '' ? undefined : words,
    locale: localeOf(locale),
    size,
    page,
    attractionId: artistId,
    venueId,
  };
};

/** Reads Ticketmaster's Discovery API v2. */
export const createDiscovery = (options: DiscoveryOptions): Discovery => {
  const { apiKey, clock, perSecond = 5, timeoutMs = 3_000, deadlineMs = 2.5 * timeoutMs, ...rest } = options;
  const { baseUrl = 'https://app.ticketmaster.com/discovery/v2', ...transport } = rest;
  const pace = createPace({ clock, perSecond, maxWaitMs: deadlineMs });
  let quotaResetMs = Number.NEGATIVE_INFINITY;

  // Both kinds of 429 look alike but for the code: no waiting within a call brings the day's quota back.
  const retryRule: RetryRule = ({ status, headers, body }) => {
    if (status !== 429 || vendorCodeOf(body) !== QUOTA) return undefined;
    const resetMs = Number(headers['rate-limit-reset']);
    if (Number.isSafeInteger(resetMs)) quotaResetMs = resetMs;
    return false;
  };
  const request = createRequest({
    ...transport,
    clock,
    timeoutMs,
    deadlineMs,
    baseUrl,
    upstream: 'discovery',
    maxResponseBytes: MAX_RESPONSE_BYTES,
    retryRule,
  });

  const throwIfUsedUp = (cause?: unknown): void => {
    const leftMs = quotaResetMs - clock.now();
    if (leftMs > 0)
      throw new DiscoveryError('quota_exceeded', { status: 429, vendorCode: QUOTA, retryAfterMs: leftMs, cause });
  };

  const call = async <Answer>(
    about: Pick<CallOptions, 'path' | 'query' | 'signal' | 'correlation'>,
    normalise: Normaliser<Answer>,
  ): Promise<Answer> => {
    throwIfUsedUp();
    await pace(about.signal);
    try {
      return await request({ ...about, query: { ...about.query, apikey: apiKey }, alsoAccept: [404], normalise });
    } catch (error) {
      const known = toDiscoveryError(error);
      if (known instanceof DiscoveryError && known.code === 'quota_exceeded') throwIfUsedUp(known.cause);
      throw known;
    }
  };

  const search =
    <Item>(kind: string, read: Reader<Item>) =>
    async (query: EventQuery = {}): Promise<Page<Item>> => {
      const { signal, correlation } = query;
      return call({ path: `/${kind}`, query: describe(query), signal, correlation }, (body, response) => {
        if (response.status === 404) throw new DiscoveryError('invalid_response', { status: 404 });
        return readPage(kind, read)(body);
      });
    };

  const find =
    <Item>(kind: string, read: Reader<Item>) =>
    async ({ id, locale, signal, correlation }: FindQuery): Promise<Item | undefined> => {
      if (!DISCOVERY_ID.test(id)) return undefined;
      return call({ path: `/${kind}/${id}`, query: { locale: localeOf(locale) }, signal, correlation }, readOne(read));
    };

  return {
    searchArtists: search('attractions', readArtist),
    searchVenues: search('venues', readVenue),
    searchEvents: search('events', readEvent),
    findArtist: find('attractions', readArtist),
    findVenue: find('venues', readVenue),
    findEvent: find('events', readEvent),
    close: () => request.close(),
  };
};
