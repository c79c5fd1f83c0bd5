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
import type { Persist } from '../contention.ts';
import { CampaignError } from '../errors.ts';
import { createIds, type Operation } from '../operation.ts';
import type { MarketEventType } from '../outbox/index.ts';
import type { Candidate, CatalogueChecker } from './catalogue.ts';
import type { MarketDatastore, SelectionAnswer } from './datastore.ts';
import { draftFromMarketPatch, draftNewMarket } from './draft.ts';
import type { CatalogueCheck, Market, Selection } from './market.ts';

export type MarketIds = { campaignId: string; marketId: string };
/** `ifMatch` answers the version that the caller read, or `*`; it is asked once the right is known. */
export type ChangeOptions = { ifMatch: () => number | '*'; claims: TokenClaims };

export type AddOptions = { claims: TokenClaims; operation?: Operation };

/** Single markets of a campaign. Each change moves the campaign's version and sequence with it. */
export type MarketManager = {
  /** All languages are shown to those alone who may update. */
  findById(ids: MarketIds, claims: TokenClaims, options?: LocaleOptions): Promise<MarketView>;
  /** Behind all other markets. A repetition of the same operation answers the market that it made, as it is now. */
  add(campaignId: string, document: JsonObject, options: AddOptions): Promise<MarketView>;
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
  persist: Persist;
};

/** What is to be written; without changes the market stays as it is. */
type Planned = { market: Market; change?: { type: MarketEventType; changes: MarketChanges } };

const find = ({ markets }: Stored, marketId: string): Market => {
  const market = markets.find(({ _id }) => _id === marketId);
  if (market === undefined) throw new CampaignError('MARKET_NOT_FOUND');
  return market;
};

export const createMarketManager = (options: MarketManagerOptions): MarketManager => {
  const { campaigns, markets, catalogue, clock, random, persist } = options;

  const load = async (id: string, claims: TokenClaims, action: 'read' | 'update'): Promise<Stored> => {
    const campaign = await campaigns.findById(id);
    throwIfInvalidPermissions(claims, campaign, action);
    return { campaign, markets: (await campaigns.findMarkets([id])).get(id) ?? [] };
  };

  const save = async (stored: Stored, { market, change }: Planned): Promise<boolean> => {
    if (change === undefined) return true;
    const { type, changes } = change;
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

  /** Plans from what is stored and writes it; again as long as others are faster. */
  const change = (
    campaignId: string,
    claims: TokenClaims,
    plan: (stored: Stored) => Promise<Planned>,
  ): Promise<Planned> =>
    persist(async () => {
      const stored = await load(campaignId, claims, 'update');
      const planned = await plan(stored);
      return (await save(stored, planned)) ? planned : undefined;
    });

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
    async add(campaignId, document, { claims, operation }) {
      const _id = createIds(random, operation)();
      const check = checkOnce();
      const { market: added } = await change(campaignId, claims, async (stored) => {
        const made = operation === undefined ? undefined : stored.markets.find((each) => each.operation === operation);
        if (made !== undefined) return { market: made };
        const draft = draftNewMarket(document, stored);
        const position = (stored.markets.at(-1)?.position ?? -1) + 1;
        const catalogued = await check({ draft, known: undefined });
        const market = newMarket(draft, { _id, campaignId, position, catalogue: catalogued, operation });
        const all = [...stored.markets, market];
        const changes = { added: [market], changed: [], removed: [], markets: all };
        return { market, change: { type: 'verifiedfan.market.created', changes } };
      });
      return toMarketView(added);
    },
    async update({ campaignId, marketId }, patch, { ifMatch, claims }) {
      const check = checkOnce();
      const { market: updated } = await change(campaignId, claims, async (stored) => {
        const known = find(stored, marketId);
        requireVersion(ifMatch(), known.version);
        const draft = draftFromMarketPatch(patch, known, stored);
        const catalogued = await check({ draft, known });
        const changed = changeMarket(known, draft, { position: known.position, catalogue: catalogued });
        if (changed === undefined) return { market: known };
        const all = stored.markets.map((market) => (market === known ? changed.next : market));
        const changes = { added: [], changed: [changed.change], removed: [], markets: all };
        return { market: changed.next, change: { type: 'verifiedfan.market.updated', changes } };
      });
      return toMarketView(updated);
    },
    async remove({ campaignId, marketId }, { ifMatch, claims }) {
      await change(campaignId, claims, async (stored) => {
        const market = find(stored, marketId);
        requireVersion(ifMatch(), market.version);
        const all = stored.markets.filter((each) => each !== market);
        const changes = { added: [], changed: [], removed: [market], markets: all };
        return { market, change: { type: 'verifiedfan.market.removed', changes } };
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
