import type { Clock, JsonObject, Random } from '@verifiedfan/ports';
import { requireVersion, type TokenClaims } from '@verifiedfan/service';
import type { Campaign } from '../campaigns/campaign.ts';
import type { CampaignDatastore } from '../campaigns/datastore.ts';
import type { Stored } from '../campaigns/draft.ts';
import { type LocaleOptions, localiseMarkets } from '../campaigns/localise.ts';
import { changeMarket, type MarketChanges, newMarket } from '../campaigns/market-changes.ts';
import { publicationsOf } from '../campaigns/publications.ts';
import { throwIfInvalidPermissions } from '../campaigns/rights.ts';
import type { MarketView } from '../campaigns/schemas.ts';
import { toMarketView } from '../campaigns/view.ts';
import { CampaignError } from '../errors.ts';
import type { MarketEventType } from '../outbox/index.ts';
import type { Candidate, CatalogueChecker } from './catalogue.ts';
import type { MarketDatastore, SelectionAnswer } from './datastore.ts';
import { draftFromMarketPatch, draftNewMarket } from './draft.ts';
import type { CatalogueCheck, Market, Selection } from './market.ts';

export type MarketIds = { campaignId: string; marketId: string };
/** `ifMatch` answers the version that the caller read, or `*`; it is asked once the right is known. */
export type ChangeOptions = { ifMatch: () => number | '*'; claims: TokenClaims };

/** Single markets of a campaign. Each change moves the campaign's version and sequence with it. */
export type MarketManager = {
  /** All languages are shown to those alone who may update. */
  findById(ids: MarketIds, claims: TokenClaims, options?: LocaleOptions): Promise<MarketView>;
  /** Behind all other markets. */
  add(campaignId: string, document: JsonObject, claims: TokenClaims): Promise<MarketView>;
  update(ids: MarketIds, patch: JsonObject, options: ChangeOptions): Promise<MarketView>;
  remove(ids: MarketIds, options: ChangeOptions): Promise<void>;
  /** Keeps a computed selection unless the market or the scores have moved on. Moves no version and tells nobody. */
  select(ids: MarketIds, selection: Selection): Promise<SelectionAnswer>;
};

export type MarketManagerOptions = {
  campaigns: CampaignDatastore;
  markets: MarketDatastore;
  catalogue: CatalogueChecker;
  clock: Clock;
  random: Pick<Random, 'bytes'>;
};

/** Every change of a campaign makes the others try again, so this is how many can come between. */
const MAX_ATTEMPTS = 20;

type Planned = { type: MarketEventType; market: Market; changes: MarketChanges };

const find = ({ markets }: Stored, marketId: string): Market => {
  const market = markets.find(({ _id }) => _id === marketId);
  if (market === undefined) throw new CampaignError('MARKET_NOT_FOUND');
  return market;
};

export const createMarketManager = (options: MarketManagerOptions): MarketManager => {
  const { campaigns, markets, catalogue, clock, random } = options;

  const load = async (id: string, claims: TokenClaims, action: 'read' | 'update'): Promise<Stored> => {
    const campaign = await campaigns.findById(id);
    throwIfInvalidPermissions(claims, campaign, action);
    return { campaign, markets: (await campaigns.findMarkets([id])).get(id) ?? [] };
  };

  const save = async (stored: Stored, { type, market, changes }: Planned): Promise<boolean> => {
    const { campaign } = stored;
    const updatedAt = new Date(clock.now()).toISOString();
    const next: Campaign = { ...campaign, version: campaign.version + 1, updatedAt };
    const publications = publicationsOf({
      type,
      previous: stored,
      next: { campaign: next, markets: changes.markets },
      market,
    });
    return (await campaigns.save({ previous: campaign, next, markets: changes, publications })) === 'saved';
  };

  /** Plans from what is stored and writes it; again as long as others are faster. Undefined is planned for what changes nothing. */
  const change = async (
    campaignId: string,
    claims: TokenClaims,
    plan: (stored: Stored) => Promise<Planned | undefined>,
  ): Promise<Planned | undefined> => {
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
      const stored = await load(campaignId, claims, 'update');
      const planned = await plan(stored);
      if (planned === undefined || (await save(stored, planned))) return planned;
    }
    throw new CampaignError('CONTENTION');
  };

  /** Asks the catalogue once a request, however often others come between. */
  const checkOnce = () => {
    let known: { venueId: string | undefined; check: CatalogueCheck | undefined } | undefined;
    return async (candidate: Omit<Candidate, 'path'>): Promise<CatalogueCheck | undefined> => {
      const { eventId, venueId } = candidate.draft;
      if (known === undefined || known.venueId !== venueId) {
        const checks = await catalogue.check([{ ...candidate, path: [] }], 'INVALID_MARKET');
        known = { venueId, check: checks.get(eventId) };
      }
      return known.check;
    };
  };

  return {
    async findById({ campaignId, marketId }, claims, locales = {}) {
      const stored = await load(campaignId, claims, locales.showAllLocales === true ? 'update' : 'read');
      const view = toMarketView(find(stored, marketId));
      return localiseMarkets([view], locales, stored.campaign.locales)[0] ?? view;
    },
    async add(campaignId, document, claims) {
      const _id = Buffer.from(random.bytes(12)).toString('hex');
      const check = checkOnce();
      const added = await change(campaignId, claims, async (stored) => {
        const draft = draftNewMarket(document, stored);
        const position = (stored.markets.at(-1)?.position ?? -1) + 1;
        const checked = await check({ draft, known: undefined });
        const market = newMarket(draft, { _id, campaignId, position, catalogue: checked });
        const all = [...stored.markets, market];
        const changes = { added: [market], changed: [], removed: [], markets: all };
        return { type: 'verifiedfan.market.created', market, changes };
      });
      if (added === undefined) throw new CampaignError('CONTENTION');
      return toMarketView(added.market);
    },
    async update({ campaignId, marketId }, patch, { ifMatch, claims }) {
      const check = checkOnce();
      let unchanged: Market | undefined;
      const updated = await change(campaignId, claims, async (stored) => {
        const known = find(stored, marketId);
        requireVersion(ifMatch(), known.version);
        const draft = draftFromMarketPatch(patch, known, stored);
        const checked = await check({ draft, known });
        const changed = changeMarket(known, draft, { position: known.position, catalogue: checked });
        unchanged = known;
        if (changed === undefined) return undefined;
        const all = stored.markets.map((market) => (market === known ? changed.next : market));
        const changes = { added: [], changed: [changed.change], removed: [], markets: all };
        return { type: 'verifiedfan.market.updated', market: changed.next, changes };
      });
      const market = updated?.market ?? unchanged;
      if (market === undefined) throw new CampaignError('MARKET_NOT_FOUND');
      return toMarketView(market);
    },
    async remove({ campaignId, marketId }, { ifMatch, claims }) {
      await change(campaignId, claims, async (stored) => {
        const market = find(stored, marketId);
        requireVersion(ifMatch(), market.version);
        const all = stored.markets.filter((each) => each !== market);
        const changes = { added: [], changed: [], removed: [market], markets: all };
        return { type: 'verifiedfan.market.removed', market, changes };
      });
    },
    async select({ campaignId, marketId }, selection) {
      const campaign = await campaigns.findById(campaignId);
      if (campaign === undefined) throw new CampaignError('CAMPAIGN_NOT_FOUND');
      const market = await markets.findById(campaignId, marketId);
      if (market === undefined) throw new CampaignError('MARKET_NOT_FOUND');
      return markets.writeSelection({ campaign, market, selection });
    },
  };
};
