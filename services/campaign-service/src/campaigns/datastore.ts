import type { Collection, Database, JsonObject, TransactionStep } from '@verifiedfan/ports';
import type { Campaign, Market } from './campaign.ts';
import type { MarketChanges } from './market-changes.ts';

export type SaveResult = 'saved' | 'stale' | 'exists' | 'site_taken';

/** Storage of campaigns and their markets; knows neither HTTP nor rights. */
export type CampaignDatastore = {
  findById(id: string): Promise<Campaign | undefined>;
  /** Markets of these campaigns in their order. */
  findMarkets(campaignIds: readonly string[]): Promise<Map<string, Market[]>>;
  findIdsByEvent(eventId: string): Promise<string[]>;
  /** In the order of ids. */
  find(options: { filter: JsonObject; limit: number }): Promise<Campaign[]>;
  /** Writes a campaign with its markets, all or nothing, if it is still the `previous` one (or still absent). */
  save(options: { previous: Campaign | undefined; next: Campaign; markets: MarketChanges }): Promise<SaveResult>;
};

const CAMPAIGNS = 'campaigns';
const MARKETS = 'markets';

const openCampaigns = (database: Database): Collection<Campaign> =>
  database.collection<Campaign>(CAMPAIGNS, {
    indexes: [
      // Sites of INACTIVE campaigns are unset, so that any number of them can coexist.
      { name: 'site', fields: [['domain.site', 1]], unique: true, onlyWhereString: 'domain.site' },
      { name: 'createdBy', fields: [['createdBy', 1]] },
    ],
  });

const openMarkets = (database: Database): Collection<Market> =>
  database.collection<Market>(MARKETS, {
    indexes: [
      {
        name: 'campaignEvent',
        fields: [
          ['campaignId', 1],
          ['eventId', 1],
        ],
        unique: true,
      },
      { name: 'event', fields: [['eventId', 1]] },
    ],
  });

const campaignStep = (previous: Campaign | undefined, next: Campaign): TransactionStep =>
  previous === undefined
    ? { collection: CAMPAIGNS, operation: { insertOne: { document: next } } }
    : {
        collection: CAMPAIGNS,
        operation: { replaceOne: { filter: { _id: previous._id, version: previous.version }, replacement: next } },
        expectMatched: 1,
      };

// Removals first: a new market may take the event of a removed one.
const marketSteps = ({ removed, changed, added }: MarketChanges): TransactionStep[] => [
  ...removed.map(({ _id }) => ({
    collection: MARKETS,
    operation: { deleteOne: { filter: { _id } } },
    expectMatched: 1,
  })),
  ...changed.map(({ filter, update }) => ({
    collection: MARKETS,
    operation: { updateOne: { filter, update } },
    expectMatched: 1,
  })),
  ...added.map((document) => ({ collection: MARKETS, operation: { insertOne: { document } } })),
];

export const createCampaignDatastore = ({ database }: { database: Database }): CampaignDatastore => {
  const campaigns = openCampaigns(database);
  const markets = openMarkets(database);
  return {
    findById: (id) => campaigns.findById(id),
    async findMarkets(campaignIds) {
      const filter = { campaignId: { $in: [...campaignIds] } };
      const found = campaignIds.length === 0 ? [] : await markets.find({ filter, sort: [['position', 1]] });
      return Map.groupBy(found, ({ campaignId }) => campaignId);
    },
    async findIdsByEvent(eventId) {
      const found = await markets.find({ filter: { eventId } });
      return found.map(({ campaignId }) => campaignId);
    },
    find: ({ filter, limit }) => campaigns.find({ filter, sort: [['_id', 1]], limit }),
    async save({ previous, next, markets: changes }) {
      const result = await database.transact([campaignStep(previous, next), ...marketSteps(changes)]);
      if (result.outcome === 'committed') return 'saved';
      if (result.code !== 'duplicate_key' || result.step > 0) return 'stale';
      if (previous === undefined && (await campaigns.findById(next._id)) !== undefined) return 'exists';
      return 'site_taken';
    },
  };
};
