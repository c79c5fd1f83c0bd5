import type { JsonObject } from '@verifiedfan/ports';
import type { ValidationDetail } from '@verifiedfan/schema';
import type { Stored } from '../campaigns/draft.ts';
import { keepTexts } from '../campaigns/keep-translations.ts';
import { mergePatch } from '../campaigns/merge-patch.ts';
import { stripMarket } from '../campaigns/read-only.ts';
import { MAX_MARKETS, marketV2, ValidateSchema } from '../campaigns/schemas.ts';
import { createRefuseUnknownRemovals } from '../campaigns/unknown-removals.ts';
import { toMarketView } from '../campaigns/view.ts';
import { CampaignError, type RuleDetail } from '../errors.ts';
import type { Market } from './market.ts';
import { checkMarket } from './rules.ts';
import type { MarketDraft } from './schemas.ts';

const refuse = (details: readonly ValidationDetail[]): void => {
  if (details.length > 0) throw new CampaignError('VALIDATION_ERROR', details);
};

const throwIfInvalid = (draft: MarketDraft, { campaign }: Stored, known: Market | undefined): void => {
  const details: RuleDetail[] = checkMarket(draft, campaign, { known: known?.status });
  if (details.length > 0) throw new CampaignError('INVALID_MARKET', details);
};

/** What the document of a new market says. Throws VALIDATION_ERROR, EVENT_CONFLICT and INVALID_MARKET. */
export const draftNewMarket = (document: JsonObject, stored: Stored): MarketDraft => {
  const { object, details } = stripMarket(document, undefined);
  refuse(details);
  const draft = ValidateSchema('marketV2')(object);
  if (stored.markets.some(({ eventId }) => eventId === draft.eventId)) {
    const message = 'Is the event of another market';
    throw new CampaignError('EVENT_CONFLICT', [{ pointer: '/eventId', rule: 'unique', message }]);
  }
  if (stored.markets.length >= MAX_MARKETS) {
    const detail = { pointer: '', rule: 'too_many', message: 'The campaign is full', allowed: { max: MAX_MARKETS } };
    throw new CampaignError('INVALID_MARKET', [detail]);
  }
  throwIfInvalid(draft, stored, undefined);
  return draft;
};

const refuseUnknownRemovals = createRefuseUnknownRemovals(marketV2);

/** What a stored market says with a merge patch applied: null removes. Throws VALIDATION_ERROR and INVALID_MARKET. */
export const draftFromMarketPatch = (patch: JsonObject, market: Market, stored: Stored): MarketDraft => {
  const view = toMarketView(market) as unknown as JsonObject;
  const { object, details } = stripMarket(patch, view);
  if (object.eventId !== undefined && object.eventId !== market.eventId) {
    const message = 'A market keeps its event: scores are counted by it. Remove the market and add another';
    details.push({ pointer: '/eventId', rule: 'read_only', message });
  }
  refuse(details);
  refuseUnknownRemovals(object);
  const merged = mergePatch(view, keepTexts(object, view, ['name'])) as JsonObject;
  const draft = ValidateSchema('marketV2')(stripMarket(merged, view).object);
  throwIfInvalid(draft, stored, market);
  return draft;
};
