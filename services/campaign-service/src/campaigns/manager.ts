import { isDeepStrictEqual } from 'node:util';
import type { Clock, JsonObject, Random } from '@verifiedfan/ports';
import { isId } from '@verifiedfan/schema';
import { requireVersion, type TokenClaims } from '@verifiedfan/service';
import { at, CampaignError } from '../errors.ts';
import { planLinks } from '../links/index.ts';
import { type CatalogueChecker, candidatesOf } from '../markets/catalogue.ts';
import type { Campaign } from './campaign.ts';
import type { CampaignDatastore, SaveResult } from './datastore.ts';
import { applyDraft, draftFromDocument, draftFromPatch, type Stored } from './draft.ts';
import { type CampaignPage, createCampaignList, type ListOptions } from './list.ts';
import { type LocaleOptions, localise } from './localise.ts';
import { isUnchanged, planMarkets } from './market-changes.ts';
import { publicationsOf } from './publications.ts';
import { may, throwIfInvalidPermissions } from './rights.ts';
import type { CampaignDraft, CampaignView } from './schemas.ts';
import { toCampaignView } from './view.ts';

export type ImportOutcome = { _id: string; outcome: 'created' | 'updated' | 'unchanged'; version: number };
export type CampaignManager = {
  /** All languages are shown to those alone who may update. */
  findById(id: string, claims: TokenClaims, options?: LocaleOptions): Promise<CampaignView>;
  /** Only campaigns that the token may read. */
  list(options: ListOptions, claims: TokenClaims): Promise<CampaignPage>;
  /** The right to create is the route's matter: it depends on nothing that is stored. */
  create(document: JsonObject, claims: TokenClaims): Promise<CampaignView>;
  /** `ifMatch` answers the version that the caller read, or `*`; it is asked once the right is known. */
  update(
    id: string,
    patch: JsonObject,
    options: { ifMatch: () => number | '*'; claims: TokenClaims },
  ): Promise<CampaignView>;
  /** Makes each campaign, with its markets, what its document says; each all or nothing, in order, ending at the first that fails. */
  importCampaigns(documents: readonly JsonObject[], claims: TokenClaims): Promise<ImportOutcome[]>;
};

export type CampaignManagerOptions = {
  datastore: CampaignDatastore;
  catalogue: CatalogueChecker;
  clock: Clock;
  random: Pick<Random, 'bytes'>;
};

const MAX_ATTEMPTS = 5;

/** Whether the save is done; false when somebody else was faster, which another look at the store explains. */
const isSaved = (result: SaveResult): boolean => {
  if (result !== 'site_taken') return result === 'saved';
  const message = 'Is the site of another campaign';
  throw new CampaignError('DOMAIN_NAME_CONFLICT', [{ pointer: '/domain/site', rule: 'unique', message }]);
};

/** Equal apart from what every save moves. */
const isSame = (a: Campaign, b: Campaign): boolean =>
  isDeepStrictEqual({ ...a, version: 0, updatedAt: '' }, { ...b, version: 0, updatedAt: '' });

export const createCampaignManager = (options: CampaignManagerOptions): CampaignManager => {
  const { datastore, catalogue, clock, random } = options;
  const createId = (): string => Buffer.from(random.bytes(12)).toString('hex');

  const load = async (id: string): Promise<Stored | undefined> => {
    const campaign = await datastore.findById(id);
    if (campaign === undefined) return undefined;
    return { campaign, markets: (await datastore.findMarkets([id])).get(id) ?? [] };
  };

  /** Stores what the draft says, with what is recorded about its markets; undefined when somebody else was faster. */
  const store = async (
    draft: CampaignDraft,
    stored: Stored | undefined,
    claims: TokenClaims,
    check: CatalogueChecker['check' | 'pass'] = catalogue.check,
  ) => {
    const previous = stored?.campaign;
    const id = previous?._id ?? draft._id ?? createId();
    const now = new Date(clock.now()).toISOString();
    const next = applyDraft(draft, { previous, id, subject: claims.sub, now });
    const known = stored?.markets ?? [];
    const checks = await check(candidatesOf(draft.markets, known), 'INVALID_CAMPAIGN');
    const markets = planMarkets({ campaignId: id, stored: known, wanted: draft.markets, createId, checks });
    if (stored !== undefined && isUnchanged(markets) && isSame(stored.campaign, next)) {
      return { outcome: 'unchanged' as const, view: toCampaignView(stored.campaign, stored.markets) };
    }
    const outcome = stored === undefined ? ('created' as const) : ('updated' as const);
    const publications = publicationsOf({
      type: `verifiedfan.campaign.${outcome}`,
      previous: stored,
      next: { campaign: next, markets: markets.markets },
    });
    const wanted = draft.linkedCampaignIds ?? [];
    const linked = await planLinks({ datastore, claims, previous, next, wanted, now });
    if (!isSaved(await datastore.save({ previous, next, markets, publications }, linked))) return undefined;
    return { outcome, view: toCampaignView(next, markets.markets) };
  };

  /** What an imported document says, and what is stored of it. Rights come first: mistakes would tell about the stored campaign. */
  const prepare = async (
    document: JsonObject,
    claims: TokenClaims,
  ): Promise<{ draft: CampaignDraft; stored: Stored | undefined }> => {
    if (typeof document._id !== 'string') {
      const message = 'Is required: without it every import would make another campaign';
      throw new CampaignError('VALIDATION_ERROR', [{ pointer: '/_id', rule: 'required', message }]);
    }
    // What is no id is not looked for; the schema says what is wrong with it.
    const stored = isId(document._id) ? await load(document._id) : undefined;
    // The right to create brought the caller here; it does not reach to campaigns of others.
    if (stored !== undefined && !may(claims, stored.campaign, 'update')) throw new CampaignError('ALREADY_EXISTS');
    return { draft: draftFromDocument(document, stored), stored };
  };

  const importOne = async (document: JsonObject, claims: TokenClaims): Promise<ImportOutcome> => {
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
      const { draft, stored } = await prepare(document, claims);
      const result = await store(draft, stored, claims, catalogue.pass);
      if (result !== undefined) return { _id: result.view._id, outcome: result.outcome, version: result.view.version };
    }
    throw new CampaignError('CONTENTION');
  };

  return {
    async findById(id, claims, options = {}) {
      const campaign = await datastore.findById(id);
      throwIfInvalidPermissions(claims, campaign, options.showAllLocales === true ? 'update' : 'read');
      const markets = await datastore.findMarkets([id]);
      return localise(toCampaignView(campaign, markets.get(id) ?? []), options);
    },
    list: createCampaignList(datastore),
    async create(document, claims) {
      const result = await store(draftFromDocument(document, undefined), undefined, claims);
      if (result === undefined) throw new CampaignError('ALREADY_EXISTS');
      return result.view;
    },
    async update(id, patch, { ifMatch, claims }) {
      for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
        const stored = await load(id);
        const campaign = stored?.campaign;
        throwIfInvalidPermissions(claims, campaign, 'update');
        requireVersion(ifMatch(), campaign.version);
        if (stored === undefined) continue;
        const result = await store(draftFromPatch(patch, stored), stored, claims);
        if (result !== undefined) return result.view;
      }
      throw new CampaignError('CONTENTION');
    },
    async importCampaigns(documents, claims) {
      // All are looked at before any is written: a document that is wrong in itself stops the whole list.
      for (const [index, document] of documents.entries()) {
        await at(`/campaigns/${index}`, () => prepare(document, claims));
      }
      const importAt = (document: JsonObject, index: number) =>
        at(`/campaigns/${index}`, () => importOne(document, claims));
      const outcomes: ImportOutcome[] = [];
      // Links come behind all campaigns: they may name one that stands later in the list.
      for (const [index, { linkedCampaignIds: _links, ...document }] of documents.entries()) {
        outcomes.push(await importAt(document, index));
      }
      for (const [index, document] of documents.entries()) {
        if (document.linkedCampaignIds === undefined) continue;
        const { outcome, version } = await importAt(document, index);
        const first = outcomes[index];
        if (first !== undefined && outcome === 'updated') {
          outcomes[index] = { ...first, version, outcome: first.outcome === 'created' ? 'created' : 'updated' };
        }
      }
      return outcomes;
    },
  };
};
