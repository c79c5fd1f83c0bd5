import { isDeepStrictEqual } from 'node:util';
import type { Clock, Random } from '@verifiedfan/ports';
import type { TokenClaims } from '@verifiedfan/service';
import { CampaignError } from '../errors.ts';
import { planLinks } from '../links/index.ts';
import { type CatalogueChecker, candidatesOf } from '../markets/catalogue.ts';
import { createIds, type Operation } from '../operation.ts';
import type { Campaign } from './campaign.ts';
import type { CampaignDatastore, SaveResult } from './datastore.ts';
import { applyDraft, type Stored } from './draft.ts';
import { isUnchanged, planMarkets } from './market-changes.ts';
import { publicationsOf } from './publications.ts';
import type { CampaignDraft, CampaignView } from './schemas.ts';
import { toCampaignView } from './view.ts';

export type StoreDraftOptions = {
  datastore: CampaignDatastore;
  catalogue: CatalogueChecker;
  clock: Clock;
  random: Pick<Random, 'bytes'>;
};

export type Draft = {
  draft: CampaignDraft;
  /** What it replaces; undefined for a new campaign. */
  stored: Stored | undefined;
  claims: TokenClaims;
  /** Of a new campaign. */
  operation?: Operation;
  /** How its markets are looked up. @default the catalogue is asked */
  check?: CatalogueChecker['check' | 'pass'];
};

export type StoredDraft = { outcome: 'created' | 'updated' | 'unchanged'; view: CampaignView };

/** Equal apart from what every save moves. */
const isSame = (a: Campaign, b: Campaign): boolean =>
  isDeepStrictEqual({ ...a, version: 0, updatedAt: '' }, { ...b, version: 0, updatedAt: '' });

/** Whether somebody else was faster, and how; a site that is taken is nobody's haste. */
const failureOf = (result: SaveResult): 'stale' | 'exists' | undefined => {
  if (result === 'saved') return undefined;
  if (result !== 'site_taken') return result;
  const message = 'Is the site of another campaign';
  throw new CampaignError('DOMAIN_NAME_CONFLICT', [{ pointer: '/domain/site', rule: 'unique', message }]);
};

/**
 * Stores what a draft says, with what is recorded about its markets and what becomes of its links. `stale`: somebody else was faster, which
 * another look at the store explains; `exists`: there is a campaign with the id of the new one.
 */
export const createStoreDraft =
  ({ datastore, catalogue, clock, random }: StoreDraftOptions) =>
  async ({
    draft,
    stored,
    claims,
    operation,
    check = catalogue.check,
  }: Draft): Promise<StoredDraft | 'stale' | 'exists'> => {
    const createId = createIds(random, operation);
    const previous = stored?.campaign;
    const id = previous?._id ?? draft._id ?? createId();
    const now = new Date(clock.now()).toISOString();
    const next = applyDraft(draft, { previous, id, subject: claims.sub, now, operation });
    const known = stored?.markets ?? [];
    const checks = await check(candidatesOf(draft.markets, known), 'INVALID_CAMPAIGN');
    const markets = planMarkets({ campaignId: id, stored: known, wanted: draft.markets, createId, checks });
    if (stored !== undefined && isUnchanged(markets) && isSame(stored.campaign, next)) {
      return { outcome: 'unchanged', view: toCampaignView(stored.campaign, stored.markets) };
    }
    const outcome = stored === undefined ? 'created' : 'updated';
    const publications = publicationsOf({
      type: `verifiedfan.campaign.${outcome}`,
      previous: stored,
      next: { campaign: next, markets: markets.markets },
    });
    const wanted = draft.linkedCampaignIds ?? [];
    const linked = await planLinks({ datastore, claims, previous, next, wanted, now });
    const failure = failureOf(await datastore.save({ previous, next, markets, publications }, linked));
    return failure ?? { outcome, view: toCampaignView(next, markets.markets) };
  };
