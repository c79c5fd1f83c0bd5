import { type CatalogueItem, type CatalogueKind, cityOf, eventFacts, idOf, wordsOf } from './discovery-catalogue.ts';

/** What is wrong with a query, in the vendor's code and words. */
export type Refusal = { code: string; detail: string };
export type Paging = { size: number; page: number };

/** The vendor serves no deeper page, whatever the total says. */
const MAX_DEPTH = 1_000;
const MAX_SIZE = 200;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const SORTS: ReadonlySet<string> = new Set([
  ...['relevance,desc', 'relevance,asc', 'name,asc', 'name,desc', 'id,asc', 'date,asc', 'date,desc'],
]);

const whole = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);

export const readPaging = (query: URLSearchParams): Paging | Refusal => {
  const [size, page] = [whole(query.get('size') ?? '20'), whole(query.get('page') ?? '0')];
  if (Number.isNaN(size) || Number.isNaN(page) || size === 0) {
    return { code: 'DIS1015', detail: 'Query params "size" and "page" must be numbers' };
  }
  if (size > MAX_SIZE) return { code: 'DIS1036', detail: 'Query param "size" must be less than 200' };
  if (size * page >= MAX_DEPTH) {
    const detail = 'API Limits Exceeded: Max paging depth exceeded. (page * size) must be less than 1,000';
    return { code: 'DIS1035', detail };
  }
  return { size, page };
};

export const checkQuery = (query: URLSearchParams): Refusal | undefined => {
  const date = ['startDateTime', 'endDateTime'].some(
    (name) => !INSTANT.test(query.get(name) ?? '2026-01-01T00:00:00Z'),
  );
  if (date) {
    const detail =
      'Query param with date must be of valid format YYYY-MM-DDTHH:mm:ssZ {example: 2020-08-01T14:00:00Z }';
    return { code: 'DIS1015', detail };
  }
  if (!SORTS.has(query.get('sort') ?? 'relevance,desc')) {
    return { code: 'DIS1016', detail: 'Query param "sort" has an unsupported value' };
  }
  const locale = query.get('locale') ?? '*';
  return /^(?:\*|[a-z]{2}(?:-[a-z]{2})?(?:,\*)?)$/i.test(locale)
    ? undefined
    : { code: 'DIS1008', detail: 'Query param "locale" has an unsupported value' };
};

type Test = (item: CatalogueItem) => boolean;

const eventTests = (query: URLSearchParams): Test[] => {
  const [artist, venue, country] = ['attractionId', 'venueId', 'countryCode'].map((name) => query.get(name));
  const [from, until] = ['startDateTime', 'endDateTime'].map((name) => Date.parse(query.get(name) ?? ''));
  const tests: (Test | false)[] = [
    artist !== null && (({ index }) => idOf('attractions', eventFacts(index).attraction) === artist),
    venue !== null && (({ index }) => idOf('venues', eventFacts(index).venue) === venue),
    country !== null && (({ index }) => cityOf(eventFacts(index).venue)[4] === country),
    !Number.isNaN(from) && (({ index }) => eventFacts(index).startMs >= Number(from)),
    !Number.isNaN(until) && (({ index }) => eventFacts(index).startMs <= Number(until)),
  ];
  return tests.filter((test) => test !== false);
};

const matches = (words: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((want) => words.some((word) => word.startsWith(want)));

/** A better match has fewer words that nobody asked for. */
const order = (kind: CatalogueKind, sort: string): ((a: CatalogueItem, b: CatalogueItem) => number) => {
  const sign = sort.endsWith(',desc') ? -1 : 1;
  const byId = (a: CatalogueItem, b: CatalogueItem): number => (a.id < b.id ? -1 : Number(a.id > b.id));
  if (sort.startsWith('name')) return (a, b) => sign * a.name.localeCompare(b.name) || byId(a, b);
  if (sort.startsWith('date') && kind === 'events') {
    return (a, b) => sign * (eventFacts(a.index).startMs - eventFacts(b.index).startMs) || byId(a, b);
  }
  if (sort.startsWith('relevance')) return (a, b) => -sign * (a.words.length - b.words.length) || byId(a, b);
  return byId;
};

/** What a query finds, in its order. */
export const search = (
  kind: CatalogueKind,
  items: readonly CatalogueItem[],
  query: URLSearchParams,
): readonly CatalogueItem[] => {
  const wanted = wordsOf(query.get('keyword') ?? '');
  const ids = query.get('id')?.split(',');
  const tests = kind === 'events' ? eventTests(query) : [];
  return items
    .filter((item) => matches(item.words, wanted))
    .filter(({ id }) => ids === undefined || ids.includes(id))
    .filter((item) => tests.every((test) => test(item)))
    .toSorted(order(kind, query.get('sort') ?? 'relevance,desc'));
};
