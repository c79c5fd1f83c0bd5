import { mapParallel } from '@verifiedfan/map-utils';
import type { JsonValue, Table } from '@verifiedfan/ports';
import { offerKey } from './keys.ts';
import type { Load } from './load-manifest.ts';
import type { Offer } from './rank.ts';

/** What a campaign offers as the loader uses it; undefined for a campaign that does not exist. */
export type KnownOffer = { events: ReadonlySet<string>; maxRank?: number } | undefined;

export type OfferSource = (campaignId: string) => Promise<Offer | undefined>;

/** Campaigns that do not exist are remembered up to this many, since a file of garbage names one in every row. */
const MAX_UNKNOWN = 1_000;
const CONCURRENT_LOOKUPS = 8;

/**
 * What the campaigns of one load offer. The first answer is stored with the load and stands for all of it, so that a load that was
 * interrupted ends as if it had not been, even when somebody edits the campaign meanwhile.
 */
export const createOffers = ({ table, load, fetchOffer }: { table: Table; load: Load; fetchOffer: OfferSource }) => {
  const known = new Map<string, KnownOffer>();
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
    remember(campaignId, offer);
  };

  const remember = (campaignId: string, offer: Offer | undefined): void => {
    if (offer === undefined && known.size > 10 * MAX_UNKNOWN) known.clear();
    known.set(campaignId, offer === undefined ? undefined : toKnown(offer));
  };

  return {
    /** Looks up those campaigns that were not asked for before. */
    async prepare(campaignIds: Iterable<string>): Promise<void> {
      const missing = [...new Set(campaignIds)].filter((id) => !known.has(id));
      if (missing.length > 0) await mapParallel(missing, resolve, { concurrency: CONCURRENT_LOOKUPS });
    },
    /** Only for campaigns that `prepare` was called with since. */
    get: (campaignId: string): KnownOffer => known.get(campaignId),
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
  const known = new Map<string, KnownOffer>();
  return {
    async prepare(campaignIds) {
      const missing = [...new Set(campaignIds)].filter((id) => !known.has(id));
      if (known.size > 10 * MAX_UNKNOWN) known.clear();
      const items = await table.getMany(missing.map((id) => offerKey(load.file, load.loadId, id)));
      for (const [at, id] of missing.entries()) {
        const offer = fromStored(items[at]?.offer ?? null);
        known.set(id, offer === undefined ? undefined : toKnown(offer));
      }
    },
    get: (campaignId) => known.get(campaignId),
  };
};

const toKnown = ({ events, maxRank }: Offer): KnownOffer => ({
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
