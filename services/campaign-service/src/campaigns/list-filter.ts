import type { JsonObject } from '@verifiedfan/ports';
import type { TokenClaims } from '@verifiedfan/service';
import { type Action, reachOf } from '../rights/index.ts';
import type { CampaignStatus } from './campaign.ts';
import type { Cursor, Sort, SortField } from './list-cursor.ts';
import { queryWords } from './search-keys.ts';

/** What a list is narrowed by; all of them hold at once. */
export type ListFilters = {
  status?: CampaignStatus | undefined;
  /** Campaigns with a market for the event. */
  eventId?: string | undefined;
  promoterId?: string | undefined;
  artistId?: string | undefined;
  /** A host in its stored form. */
  site?: string | undefined;
  /** Words; each must begin a word of the name in some language. */
  q?: string | undefined;
};

const PATHS: Readonly<Record<SortField, string>> = {
  _id: '_id',
  'date.open': 'date.open',
  updatedAt: 'updatedAt',
  name: 'search.name',
};

const fieldOf = (sort: Sort): SortField => sort.replace(/^-/, '') as SortField;
const directionOf = (sort: Sort): 1 | -1 => (sort.startsWith('-') ? -1 : 1);

/** The id decides between equals, in the same direction, so that one index serves both directions. */
export const orderOf = (sort: Sort): [string, 1 | -1][] => {
  const [path, direction] = [PATHS[fieldOf(sort)], directionOf(sort)];
  return path === '_id'
    ? [['_id', direction]]
    : [
        [path, direction],
        ['_id', direction],
      ];
};

/** The value of the sorting field of a stored campaign; null where it has none. */
export const sortValueOf = (document: JsonObject, sort: Sort): string | null => {
  if (fieldOf(sort) === '_id') return null;
  const value = PATHS[fieldOf(sort)]
    .split('.')
    .reduce<unknown>(
      (found, name) => (typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined),
      document,
    );
  return typeof value === 'string' ? value : null;
};

/** Everything behind the cursor. A missing field stands before every value, as MongoDB sorts. */
const behind = ({ sort, value, id }: Cursor): JsonObject => {
  const path = PATHS[fieldOf(sort)];
  const ascending = directionOf(sort) === 1;
  const laterId = ascending ? { $gt: id } : { $lt: id };
  if (path === '_id') return { _id: laterId };
  const same = { [path]: value, _id: laterId };
  if (value === null) return ascending ? { $or: [same, { [path]: { $gte: '' } }] } : same;
  // The range beside the alternatives says nothing new, but an index can be entered at it.
  return ascending
    ? { $and: [{ [path]: { $gte: value } }, { $or: [same, { [path]: { $gt: value } }] }] }
    : { $or: [same, { [path]: { $lt: value } }, { [path]: null }] };
};

const reachFilter = (claims: TokenClaims, action: Action): JsonObject[] => {
  const reach = reachOf(claims, action);
  if (reach === 'all') return [];
  const { ids, createdBy } = reach;
  return [{ $or: [{ _id: { $in: ids } }, ...(createdBy === undefined ? [] : [{ createdBy }])] }];
};

/** Words hold letters and digits only, so they are their own pattern. */
const wordFilter = (word: string): JsonObject => ({ 'search.words': { $gte: word, $regex: `^${word}` } });

export type ListFilterOptions = {
  filters: ListFilters;
  cursor: Cursor | undefined;
  claims: TokenClaims;
  /** What the token must be able to do to a campaign for it to be in the list. */
  action: Action;
  findIdsByEvent(eventId: string): Promise<string[]>;
};

/** The filter of a list. Rights come from the claims alone, and stand beside everything that the caller can say. */
export const listFilter = async ({
  filters,
  cursor,
  claims,
  action,
  findIdsByEvent,
}: ListFilterOptions): Promise<JsonObject> => {
  const { status, eventId, promoterId, artistId, site, q } = filters;
  const conditions: JsonObject[] = [
    ...reachFilter(claims, action),
    ...(eventId === undefined ? [] : [{ _id: { $in: await findIdsByEvent(eventId) } }]),
    ...(status === undefined ? [] : [{ status }]),
    ...(promoterId === undefined ? [] : [{ promoterId }]),
    ...(artistId === undefined ? [] : [{ artistIds: artistId }]),
    ...(site === undefined ? [] : [{ 'domain.site': site }]),
    ...(q === undefined ? [] : queryWords(q).map(wordFilter)),
    ...(cursor === undefined ? [] : [behind(cursor)]),
  ];
  return conditions.length === 0 ? {} : { $and: conditions };
};
