import { mapParallel } from '@verifiedfan/map-utils';
import type { JsonValue, Table } from '@verifiedfan/ports';
import { offerKey } from './keys.ts';
import type { Load } from './load-manifest.ts';
import type { Offer } from './rank.ts';

/** What a campaign offers as the loader uses it; undefined for a campaign that does not exist. */
export type KnownOffer = { events: ReadonlySet<string>; maxRank?: number } | undefined;

export type OfferSource = (campaignId: string) => Promise<Offer | undefined>;

/** Campaigns that do not exist are stored, and kept in memory, up to so many: a file of garbage names one in every row. */
const MAX_UNKNOWN = 1_000;
const MAX_ABSENT = 10_000;
const CONCURRENT_LOOKUPS = 8;

/**
 * What the campaigns of one load offer. The first answer is stored with the load and stands for all of it, so that a load that was
 * interrupted ends as if it had not been, even when somebody edits the campaign meanwhile.
 */
export const createOffers = ({ table, load, fetchOffer }: { table: Table; load: Load; fetchOffer: OfferSource }) => {
  const known = createKnownOffers();
  let unknown = 0;

  const resolve = async (campaignId: string): Promise<void> => {
    const key = offerKey(load.file, load.loadId, campaignId);
    const stored = await table.get(key);
    const offer = stored === undefined ? await fetchOffer(campaignId) : fromStored(stored.offer);
    if (offer === undefined) unknown += 1;
    if (stored === undefined && (offer !== undefined || unknown <= MAX_UNKNOWN)) {
      const [result] = await table.updateMany([
        { put: { ...key, campaignId, offer: toStored(offer) }, condition: { absent: 'PK' } },
      ]);
      if (result?.outcome === 'failed') throw result.error;
      if (result?.outcome === 'refused') return resolve(campaignId);
    }
    known.set(campaignId, offer);
  };

  return {
    /** Looks up those campaigns that were not asked for before. */
    async prepare(campaignIds: Iterable<string>): Promise<void> {
      const missing = known.missing(campaignIds);
      if (missing.length > 0) await mapParallel(missing, resolve, { concurrency: CONCURRENT_LOOKUPS });
    },
    /** Only for campaigns that `prepare` was called with since. */
    get: known.get,
  };
};
export type Offers = ReturnType<typeof createOffers>;

/** What the campaigns offered to an earlier load; a campaign that it did not know, or did not name, has no offer. */
export const createStoredOffers = ({
  table,
  load,
}: {
  table: Table;
  load: Pick<Load, 'file' | 'loadId'>;
}): Pick<Offers, 'prepare' | 'get'> => {
  const known = createKnownOffers();
  return {
    async prepare(campaignIds) {
      const missing = known.missing(campaignIds);
      const items = await table.getMany(missing.map((id) => offerKey(load.file, load.loadId, id)));
      for (const [at, id] of missing.entries()) known.set(id, fromStored(items[at]?.offer ?? null));
    },
    get: known.get,
  };
};

/** Campaigns that exist are few and stay; those that do not are forgotten when they are many, but only between two batches. */
const createKnownOffers = () => {
  const offers = new Map<string, NonNullable<KnownOffer>>();
  const absent = new Set<string>();
  return {
    /** Those that have to be looked up; the others may be asked for until the next call. */
    missing(campaignIds: Iterable<string>): string[] {
      if (absent.size > MAX_ABSENT) absent.clear();
      return [...new Set(campaignIds)].filter((id) => !offers.has(id) && !absent.has(id));
    },
    set(campaignId: string, offer: Offer | undefined): void {
      if (offer === undefined) absent.add(campaignId);
      else offers.set(campaignId, toKnown(offer));
    },
    get: (campaignId: string): KnownOffer => offers.get(campaignId),
  };
};

const toKnown = ({ events, maxRank }: Offer): NonNullable<KnownOffer> => ({
  events: new Set(events),
  ...(maxRank === undefined ? {} : { maxRank }),
});
const toStored = (offer: Offer | undefined): JsonValue =>
  offer === undefined
    ? null
    : { events: [...offer.events], ...(offer.maxRank === undefined ? {} : { maxRank: offer.maxRank }) };
const fromStored = (stored: JsonValue | undefined): Offer | undefined =>
  stored === null ? undefined : (stored as unknown as Offer);

/** The campaigns that a load named, with what they offered then. */
export async function* storedOffers(
  table: Table,
  { file, loadId }: Pick<Load, 'file' | 'loadId'>,
): AsyncIterable<{ campaignId: string; offer: Offer | undefined }> {
  const { PK, SK } = offerKey(file, loadId, '');
  let cursor: string | undefined;
  do {
    const page = await table.query({ PK, SK: { beginsWith: SK }, ...(cursor === undefined ? {} : { cursor }) });
    for (const item of page.items) yield { campaignId: item.campaignId as string, offer: fromStored(item.offer) };
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Whether every campaign that the load named still offers the same. */
export const offersUnchanged = async (table: Table, load: Load, fetchOffer: OfferSource): Promise<boolean> => {
  for await (const { campaignId, offer } of storedOffers(table, load)) {
    const now = await fetchOffer(campaignId);
    if (JSON.stringify(toStored(now)) !== JSON.stringify(toStored(offer))) return false;
  }
  return true;
};
