import type { TokenClaims } from '@verifiedfan/service';
import type { CampaignDatastore } from './datastore.ts';
import { type Cursor, encodeCursor, fingerprintOf, type Sort } from './list-cursor.ts';
import { type ListFilters, listFilter, orderOf, sortValueOf } from './list-filter.ts';
import { type LocaleOptions, localise } from './localise.ts';
import type { CampaignView } from './schemas.ts';
import { toCampaignView } from './view.ts';

export type ListOptions = ListFilters &
  LocaleOptions & {
    limit: number;
    /** @default '_id' */
    sort?: Sort | undefined;
    cursor?: Cursor | undefined;
  };

/** `next` is the cursor of the next page; undefined on the last one. */
export type CampaignPage = { campaigns: CampaignView[]; next: string | undefined };

/** The fingerprint that a cursor of these filters has. */
export const filtersOf = ({ status, eventId, promoterId, artistId, site, q }: ListFilters): ListFilters => ({
  status,
  eventId,
  promoterId,
  artistId,
  site,
  q,
});

/** Lists campaigns in pages: only those that the token may read, or update where all languages are asked for. */
export const createCampaignList =
  (datastore: Pick<CampaignDatastore, 'find' | 'findMarkets' | 'findIdsByEvent'>) =>
  async (options: ListOptions, claims: TokenClaims): Promise<CampaignPage> => {
    const { limit, sort = '_id', cursor } = options;
    const filters = filtersOf(options);
    const action = options.showAllLocales === true ? 'update' : 'read';
    const filter = await listFilter({ filters, cursor, claims, action, findIdsByEvent: datastore.findIdsByEvent });
    const found = await datastore.find({ filter, sort: orderOf(sort), limit: limit + 1 });
    const page = found.slice(0, limit);
    const markets = await datastore.findMarkets(page.map(({ _id }) => _id));
    const campaigns = page.map((campaign) =>
      localise(toCampaignView(campaign, markets.get(campaign._id) ?? []), options),
    );
    const last = found.length > limit ? page.at(-1) : undefined;
    if (last === undefined) return { campaigns, next: undefined };
    const next = { sort, fingerprint: fingerprintOf(filters), value: sortValueOf(last, sort), id: last._id };
    return { campaigns, next: encodeCursor(next) };
  };
