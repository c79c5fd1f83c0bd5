import type { Clock, JsonObject, Random } from '@verifiedfan/ports';
import { isId, MAX_DETAILS } from '@verifiedfan/schema';
import { requireVersion, type TokenClaims } from '@verifiedfan/service';
import type { Persist } from '../contention.ts';
import { at, CampaignError } from '../errors.ts';
import type { CatalogueChecker } from '../markets/catalogue.ts';
import { createIds, type Operation } from '../operation.ts';
import type { CampaignDatastore } from './datastore.ts';
import { draftFromDocument, draftFromPatch, type Stored } from './draft.ts';
import { type CampaignPage, createCampaignList, type ListOptions } from './list.ts';
import { type LocaleOptions, localise } from './localise.ts';
import { may, throwIfInvalidPermissions } from './rights.ts';
import type { CampaignDraft, CampaignView } from './schemas.ts';
import { createStoreDraft, type StoredDraft } from './store-draft.ts';
import { toCampaignView } from './view.ts';

export type ImportOutcome = { _id: string; outcome: 'created' | 'updated' | 'unchanged'; version: number };
export type CampaignManager = {
  /** All languages are shown to those alone who may update. */
  findById(id: string, claims: TokenClaims, options?: LocaleOptions): Promise<CampaignView>;
  /** Only campaigns that the token may read. */
  list(options: ListOptions, claims: TokenClaims): Promise<CampaignPage>;
  /**
   * The right to create is the route's matter: it depends on nothing that is stored. A repetition of the same operation answers what was made,
   * as it is now.
   */
  create(document: JsonObject, options: { claims: TokenClaims; operation?: Operation }): Promise<CampaignView>;
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
  persist: Persist;
};

/** The second of two documents would undo the first, and a repetition of the import both. */
const throwIfTwice = (documents: readonly JsonObject[]): void => {
  const ids = documents.map(({ _id }) => _id);
  const message = 'Is the id of an earlier document';
  const details = ids.flatMap((id, index) =>
    typeof id === 'string' && ids.indexOf(id) < index
      ? [{ pointer: `/campaigns/${index}/_id`, rule: 'unique', message }]
      : [],
  );
  if (details.length > 0) throw new CampaignError('VALIDATION_ERROR', details.slice(0, MAX_DETAILS));
};

/** What was stored; undefined when somebody else was faster. */
const unlessBeaten = (result: StoredDraft | 'stale' | 'exists'): StoredDraft | undefined =>
  typeof result === 'string' ? undefined : result;

export const createCampaignManager = (options: CampaignManagerOptions): CampaignManager => {
  const { datastore, catalogue, random, persist } = options;
  const store = createStoreDraft(options);

  const load = async (id: string): Promise<Stored | undefined> => {
    const campaign = await datastore.findById(id);
    if (campaign === undefined) return undefined;
    return { campaign, markets: (await datastore.findMarkets([id])).get(id) ?? [] };
  };

  /**
   * The campaign that an earlier run of the same operation made, as it is now; undefined when there is none. It may have ended before its caller
   * was answered. Throws ALREADY_EXISTS when somebody else has taken its id.
   */
  const findMade = async (draft: CampaignDraft, operation: Operation): Promise<CampaignView | undefined> => {
    if (operation === undefined) return undefined;
    const stored = await load(draft._id ?? createIds(random, operation)());
    if (stored === undefined) return undefined;
    if (stored.campaign.operation !== operation) throw new CampaignError('ALREADY_EXISTS');
    return toCampaignView(stored.campaign, stored.markets);
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
    const { outcome, view } = await persist(async () => {
      const { draft, stored } = await prepare(document, claims);
      return unlessBeaten(await store({ draft, stored, claims, check: catalogue.pass }));
    });
    return { _id: view._id, outcome, version: view.version };
  };

  return {
    async findById(id, claims, options = {}) {
      const campaign = await datastore.findById(id);
      throwIfInvalidPermissions(claims, campaign, options.showAllLocales === true ? 'update' : 'read');
      const markets = await datastore.findMarkets([id]);
      return localise(toCampaignView(campaign, markets.get(id) ?? []), options);
    },
    list: createCampaignList(datastore),
    async create(document, { claims, operation }) {
      const draft = draftFromDocument(document, undefined);
      return persist(async () => {
        const made = await findMade(draft, operation);
        if (made !== undefined) return made;
        const result = await store({ draft, stored: undefined, claims, operation });
        // With an operation the next look tells whose it is.
        if (result === 'exists' && operation === undefined) throw new CampaignError('ALREADY_EXISTS');
        return unlessBeaten(result)?.view;
      });
    },
    update: (id, patch, { ifMatch, claims }) =>
      persist(async () => {
        const stored = await load(id);
        const campaign = stored?.campaign;
        throwIfInvalidPermissions(claims, campaign, 'update');
        requireVersion(ifMatch(), campaign.version);
        if (stored === undefined) return undefined;
        return unlessBeaten(await store({ draft: draftFromPatch(patch, stored), stored, claims }))?.view;
      }),
    async importCampaigns(documents, claims) {
      throwIfTwice(documents);
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
