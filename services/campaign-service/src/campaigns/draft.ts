import type { JsonObject } from '@verifiedfan/ports';
import { linksField } from '../links/index.ts';
import { type Operation, operationField } from '../operation.ts';
import type { Campaign, Market } from './campaign.ts';
import { keepTranslations } from './keep-translations.ts';
import { mergePatch } from './merge-patch.ts';
import { stripReadOnly } from './read-only.ts';
import { throwIfInvalidCampaign } from './rules.ts';
import { type CampaignDraft, campaignV2, ValidateSchema } from './schemas.ts';
import { searchKeysOf } from './search-keys.ts';
import { createRefuseUnknownRemovals } from './unknown-removals.ts';
import { toCampaignView } from './view.ts';

/** A campaign with its markets as they are stored. */
export type Stored = { campaign: Campaign; markets: Market[] };

/** What a whole document says. Throws VALIDATION_ERROR and INVALID_CAMPAIGN. */
export const draftFromDocument = (document: JsonObject, stored: Stored | undefined): CampaignDraft => {
  const view = stored && toCampaignView(stored.campaign, stored.markets);
  const draft = ValidateSchema('campaignV2')(stripReadOnly(document, view));
  throwIfInvalidCampaign(draft, stored);
  return draft;
};

const refuseUnknownRemovals = createRefuseUnknownRemovals(campaignV2);

/** What is stored with a merge patch applied. Arrays replace, null removes. */
export const draftFromPatch = (patch: JsonObject, stored: Stored): CampaignDraft => {
  const view = toCampaignView(stored.campaign, stored.markets);
  const writable = stripReadOnly(patch, view);
  refuseUnknownRemovals(writable);
  const wanted = keepTranslations(writable, view);
  const { markets, ...fields } = mergePatch(view as unknown as JsonObject, wanted) as JsonObject;
  // Without them the stored ones would stay, also where the patch removed them.
  const { linkedCampaignIds = [] } = fields;
  // Markets that the patch does not mention are the stored ones, with the fields that people do not write.
  return draftFromDocument({ ...fields, linkedCampaignIds, ...(markets === undefined ? {} : { markets }) }, stored);
};

/** Where a document comes from: `previous` is what it replaces; without it the rest tells who makes it. */
export type Origin = {
  previous: Campaign | undefined;
  id: string;
  subject: string;
  now: string;
  operation?: Operation;
};

/** The document to store. Status, recorded dates and origin stay what they were. */
export const applyDraft = (
  { markets: _markets, date, _id: _draftId, linkedCampaignIds: links, ...draft }: CampaignDraft,
  { previous, id, subject, now, operation }: Origin,
): Campaign => {
  const { opened, closed, inactivated } = previous?.date ?? {};
  const recorded = { opened, closed, inactivated };
  const known = Object.fromEntries(Object.entries(recorded).filter(([, value]) => value !== undefined));
  return {
    _id: id,
    ...draft,
    date: { ...date, ...known },
    // A document that says nothing of links leaves them: they belong to another campaign as well.
    ...linksField(links ?? previous?.linkedCampaignIds),
    search: searchKeysOf(draft.name, draft.locales),
    status: previous?.status ?? 'DRAFT',
    version: (previous?.version ?? 0) + 1,
    ...(previous?.sequence === undefined ? {} : { sequence: previous.sequence }),
    ...operationField(previous === undefined ? operation : previous.operation),
    createdBy: previous?.createdBy ?? subject,
    createdAt: previous?.createdAt ?? now,
    updatedAt: now,
  } as Campaign;
};
