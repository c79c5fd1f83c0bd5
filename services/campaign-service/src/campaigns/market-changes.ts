import { isDeepStrictEqual } from 'node:util';
import type { Filter, JsonObject, UpdateOperators } from '@verifiedfan/ports';
import type { Market } from './campaign.ts';
import type { MarketDraft } from './schemas.ts';

export type MarketChanges = {
  added: Market[];
  /** Only the fields that people write: what is computed about a market is written by others at the same time. */
  changed: { filter: Filter; update: UpdateOperators }[];
  removed: Market[];
  /** All markets as they are afterwards, in order. */
  markets: Market[];
};

export type MarketChangesOptions = {
  campaignId: string;
  stored: readonly Market[];
  wanted: readonly MarketDraft[];
  createId: () => string;
};

const WRITTEN = ['name', 'venueId', 'date', 'status', 'position'] as const;
const writtenFields = (market: Partial<Market>): JsonObject =>
  Object.fromEntries(WRITTEN.flatMap((name) => (market[name] === undefined ? [] : [[name, market[name]]])));

const changeOf = (stored: Market, next: Market): MarketChanges['changed'][number] => {
  const fields = writtenFields(next);
  const gone = WRITTEN.filter((name) => !Object.hasOwn(fields, name));
  const update = { $set: { ...fields, version: next.version } };
  const unset = { $unset: Object.fromEntries(gone.map((name) => [name, ''])) };
  return {
    filter: { _id: stored._id, version: stored.version },
    update: gone.length > 0 ? { ...update, ...unset } : update,
  };
};

/** What has to be written so that a campaign has the wanted markets, in their order. A market is known by its event. */
export const planMarkets = ({ campaignId, stored, wanted, createId }: MarketChangesOptions): MarketChanges => {
  const byEvent = new Map(stored.map((market) => [market.eventId, market]));
  const changes: MarketChanges = { added: [], changed: [], removed: [], markets: [] };
  for (const [position, draft] of wanted.entries()) {
    const known = byEvent.get(draft.eventId);
    byEvent.delete(draft.eventId);
    const fields = { ...draft, position } as Partial<Market>;
    if (known === undefined) {
      const added = { ...fields, _id: createId(), campaignId, version: 1 } as Market;
      changes.added.push(added);
      changes.markets.push(added);
    } else if (isDeepStrictEqual(writtenFields(fields), writtenFields(known))) {
      changes.markets.push(known);
    } else {
      const { _id, eventId, version } = known;
      const next = { ...fields, _id, campaignId, eventId, version: version + 1 } as Market;
      changes.changed.push(changeOf(known, next));
      changes.markets.push(next);
    }
  }
  changes.removed.push(...byEvent.values());
  return changes;
};

export const isUnchanged = ({ added, changed, removed }: MarketChanges): boolean =>
  added.length === 0 && changed.length === 0 && removed.length === 0;
