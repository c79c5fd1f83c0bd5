import type { Database, Filter } from '@verifiedfan/ports';
import type { Campaign } from '../campaigns/campaign.ts';
import type { Market, Selection } from './market.ts';

export type SelectionAnswer = { applied: true } | { applied: false; reason: 'stale' };

/** Storage of single markets beside the campaigns' datastore, which writes them. */
export type MarketDatastore = {
  findById(campaignId: string, marketId: string): Promise<Market | undefined>;
  /** Writes what was computed for this market of this campaign, if both and the scores still are what it was computed from. */
  writeSelection(computed: { campaign: Campaign; market: Market; selection: Selection }): Promise<SelectionAnswer>;
};

const STALE = { applied: false, reason: 'stale' } as const;

/** A selection of older scores never replaces one of newer scores, whatever the market was like meanwhile. */
const notNewer = ({ scoresVersion }: Selection): Filter => ({
  $or: [{ selection: { $exists: false } }, { 'selection.scoresVersion': { $lte: scoresVersion } }],
});

export const createMarketDatastore = ({ database }: { database: Database }): MarketDatastore => {
  const markets = database.collection<Market>('markets');
  return {
    findById: async (campaignId, marketId) => (await markets.findOne({ _id: marketId, campaignId })) ?? undefined,
    async writeSelection({ campaign, market, selection }) {
      const { marketVersion, ruleVersion, capacity } = selection;
      // The status of the campaign is in none of the versions: what was computed before it ended must not come back.
      const isClosed = market.status === 'CLOSED' || campaign.status === 'INACTIVE';
      if ((selection.status === 'closed') !== isClosed) return STALE;
      const { _id, status } = campaign;
      const computedFrom: Filter = {
        _id: market._id,
        version: marketVersion,
        status: market.status,
        'selectionRules.ruleVersion': ruleVersion,
        'selectionRules.capacity': capacity,
        ...notNewer(selection),
      };
      const { outcome } = await database.transact([
        {
          collection: 'campaigns',
          // Changes nothing: the campaign has to have this status when the selection is written.
          operation: { updateOne: { filter: { _id, status }, update: { $set: { status } } } },
          expectMatched: 1,
        },
        {
          collection: 'markets',
          operation: { updateOne: { filter: computedFrom, update: { $set: { selection } } } },
          expectMatched: 1,
        },
      ]);
      return outcome === 'committed' ? { applied: true } : STALE;
    },
  };
};
