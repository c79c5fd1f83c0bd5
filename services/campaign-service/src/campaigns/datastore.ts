import { correlationMeta } from '@verifiedfan/correlation';
import {
  type Clock,
  type Collection,
  type Database,
  type Filter,
  type FindOptions,
  type JsonObject,
  PortError,
  type TransactionResult,
  type TransactionStep,
} from '@verifiedfan/ports';
import { DUE_INDEXES } from '../life-cycle/due.ts';
import { type Destination, openOutbox, outboxSteps, type Publication } from '../outbox/index.ts';
import type { Campaign, Market } from './campaign.ts';
import { LIST_INDEXES } from './list-indexes.ts';
import type { MarketChanges } from './market-changes.ts';

export type SaveResult = 'saved' | 'stale' | 'exists' | 'site_taken';

/** What becomes of one campaign, with its markets and what the world has to be told of it. */
export type CampaignChange = {
  previous: Campaign | undefined;
  /** Its `sequence` is the datastore's matter. */
  next: Campaign;
  markets?: MarketChanges | undefined;
  /** None: nobody has to know, and `sequence` stays. */
  publications: readonly Publication[];
  /** More than id and version that the stored campaign has to fulfil, such as its status and the date that moves it. */
  expected?: Filter | undefined;
};

/** Storage of campaigns and their markets; knows neither HTTP nor rights. */
export type CampaignDatastore = {
  findById(id: string): Promise<Campaign | undefined>;
  /** Markets of these campaigns in their order. */
  findMarkets(campaignIds: readonly string[]): Promise<Map<string, Market[]>>;
  findIdsByEvent(eventId: string): Promise<string[]>;
  find(options: Pick<FindOptions, 'sort'> & { filter: JsonObject; limit: number }): Promise<Campaign[]>;
  /**
   * Writes a campaign with its markets and its events, all or nothing, if it is still the `previous` one (or still absent); with what
   * becomes of others, if they are still theirs.
   */
  save(change: CampaignChange, others?: readonly CampaignChange[]): Promise<SaveResult>;
  /** Changes several existing campaigns, all or nothing. */
  saveAll(changes: readonly CampaignChange[]): Promise<'saved' | 'stale'>;
  /** Has the events sent that `saveAll` wrote; until then they wait, so that writing thousands is not slowed down by sending them. */
  announce(): void;
};

export type CampaignDatastoreOptions = {
  database: Database;
  clock: Clock;
  /** Events for others are not kept: nobody would ever take them. @default none */
  destinations?: ReadonlySet<Destination> | undefined;
  /** Called after events were written. */
  onPublished?: (() => void) | undefined;
};

const CAMPAIGNS = 'campaigns';
const MARKETS = 'markets';

const openCampaigns = (database: Database): Collection<Campaign> =>
  database.collection<Campaign>(CAMPAIGNS, {
    indexes: [
      // Sites of INACTIVE campaigns are unset, so that any number of them can coexist.
      { name: 'site', fields: [['domain.site', 1]], unique: true, onlyWhereString: 'domain.site' },
      { name: 'createdBy', fields: [['createdBy', 1]] },
      ...LIST_INDEXES,
      ...DUE_INDEXES,
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

/** Sorted here: no index has this order, and to compare numbers takes less than to have values of any kind compared. */
const byPosition = (a: Market, b: Market): number => a.position - b.position;

const campaignStep = ({ previous, expected }: CampaignChange, next: Campaign): TransactionStep => {
  if (previous === undefined) return { collection: CAMPAIGNS, operation: { insertOne: { document: next } } };
  const { _id, version, sequence = null } = previous;
  // An event alone moves the sequence and not the version.
  const filter = { _id, version, sequence, ...expected };
  return { collection: CAMPAIGNS, operation: { replaceOne: { filter, replacement: next } }, expectMatched: 1 };
};

const NO_MARKETS: MarketChanges = { added: [], changed: [], removed: [], markets: [] };

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

/** All steps of one change, the campaign's first. */
const changeSteps = (
  change: CampaignChange,
  { clock, destinations = NOWHERE }: CampaignDatastoreOptions,
): TransactionStep[] => {
  const { previous, next, markets = NO_MARKETS, publications } = change;
  const sequence = (previous?.sequence ?? 0) + (publications.length > 0 ? 1 : 0);
  const wanted = publications.filter(({ destination }) => destinations.has(destination));
  const origin = correlationMeta();
  return [
    campaignStep(change, { ...next, sequence }),
    ...marketSteps(markets),
    ...outboxSteps({ campaignId: next._id, sequence, publications: wanted, nowMs: clock.now(), ...origin }),
  ];
};

const NOWHERE: ReadonlySet<Destination> = new Set();

/** The database had two at once and let the other one win: as if it had been faster. */
const staleIfConflict = (error: unknown): 'stale' => {
  if (error instanceof PortError && error.code === 'conflict') return 'stale';
  throw error;
};

export const createCampaignDatastore = (options: CampaignDatastoreOptions): CampaignDatastore => {
  const { database, onPublished } = options;
  const campaigns = openCampaigns(database);
  const markets = openMarkets(database);
  openOutbox(database);
  const transact = (changes: readonly CampaignChange[]): Promise<TransactionResult> =>
    database.transact(changes.flatMap((change) => changeSteps(change, options)));
  const announce = (): void => onPublished?.();
  return {
    findById: (id) => campaigns.findById(id),
    async findMarkets(campaignIds) {
      const [first, ...others] = campaignIds;
      if (first === undefined) return new Map();
      // One campaign is by far the most frequent question, and equality the cheapest one.
      const filter = { campaignId: others.length === 0 ? first : { $in: [...campaignIds] } };
      const found = (await markets.find({ filter })).sort(byPosition);
      return others.length === 0 ? new Map([[first, found]]) : Map.groupBy(found, ({ campaignId }) => campaignId);
    },
    async findIdsByEvent(eventId) {
      const found = await markets.find({ filter: { eventId } });
      return found.map(({ campaignId }) => campaignId);
    },
    find: (options) => campaigns.find(options),
    async save(change, others = []) {
      const { previous, next } = change;
      const result = await transact([change, ...others]).catch(staleIfConflict);
      if (result === 'stale') return result;
      if (result.outcome === 'committed') {
        announce();
        return 'saved';
      }
      if (result.code !== 'duplicate_key' || result.step > 0) return 'stale';
      if (previous === undefined && (await campaigns.findById(next._id)) !== undefined) return 'exists';
      return 'site_taken';
    },
    async saveAll(changes) {
      const result = await transact(changes);
      return result.outcome === 'committed' ? 'saved' : 'stale';
    },
    announce,
  };
};
