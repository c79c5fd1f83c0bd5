import { createValidateSchema, dateTimeSchema, idSchema, localisedTextSchema, z } from '@verifiedfan/schema';
import { marketDocument, marketV2, marketView } from '../markets/schemas.ts';
import { CAMPAIGN_STATUSES, RESERVED_IDS } from './campaign.ts';
import { instantSchema, localesSchema, siteSchema, timezoneSchema, uniqueIds } from './fields.ts';

export { type MarketDraft, type MarketView, marketV2, marketView } from '../markets/schemas.ts';

export const MAX_MARKETS = 1_000;
export const MAX_IMPORT = 100;
export const MAX_LINKS = 20;

const nameSchema = localisedTextSchema({ maxLength: 200 });

const MAX_RANK = {
  description: 'Members whose first offered preference stands behind this place (from 0) are filtered',
};

const campaignId = idSchema.refine((id) => !RESERVED_IDS.has(id), 'Is a reserved word');

/** What people may write about a campaign. */
const campaignFields = z.strictObject({
  _id: campaignId.optional(),
  name: nameSchema,
  description: localisedTextSchema({ maxLength: 10_000 }).optional(),
  date: z.strictObject({ open: instantSchema.optional(), close: instantSchema.optional() }).default({}),
  timezone: timezoneSchema.optional(),
  locales: localesSchema.optional(),
  domain: z.strictObject({ site: siteSchema.optional() }).default({}),
  maxRank: z.int().min(0).optional().meta(MAX_RANK),
  promoterId: idSchema.optional(),
  artistIds: uniqueIds(100).optional(),
  linkedCampaignIds: uniqueIds(MAX_LINKS).optional(),
  markets: z
    .array(marketDocument)
    .max(MAX_MARKETS)
    .refine(
      (markets) => new Set(markets.map(({ eventId }) => eventId)).size === markets.length,
      'Must not name an event twice',
    )
    .default([]),
});

/** A whole document. */
export const campaignV2 = campaignFields.meta({ id: 'CampaignDocument' });
const { name: nameField, ...removable } = campaignFields.shape;
const removableFields = Object.entries<z.ZodType>(removable).map(([name, field]) => [
  name,
  field.nullable().optional(),
]);

/** A merge patch of one, in which null removes. It describes; what a patch makes of a campaign is checked as a whole document. */
export const campaignPatch = z
  .strictObject({ name: nameField.optional(), ...(Object.fromEntries(removableFields) as Record<string, z.ZodType>) })
  .meta({ id: 'CampaignPatch' });
export type CampaignDraft = z.output<typeof campaignV2>;

export const ValidateSchema = createValidateSchema({ campaignV2, marketV2 });

const version = z.int().min(1);
const text = localisedTextSchema();

export const campaignView = z
  .object({
    _id: z.string(),
    name: text,
    description: text.optional(),
    status: z.enum(CAMPAIGN_STATUSES),
    date: z.object({
      open: dateTimeSchema.optional(),
      close: dateTimeSchema.optional(),
      opened: dateTimeSchema.optional(),
      closed: dateTimeSchema.optional(),
      inactivated: dateTimeSchema.optional(),
    }),
    timezone: z.string().optional(),
    locales: z.array(z.string()).optional(),
    domain: z.object({ site: z.string().optional() }),
    maxRank: z.int().optional().meta(MAX_RANK),
    promoterId: z.string().optional(),
    artistIds: z.array(z.string()).optional(),
    linkedCampaignIds: z.array(z.string()).optional(),
    version,
    createdAt: dateTimeSchema,
    updatedAt: dateTimeSchema,
    markets: z.array(marketView),
  })
  .meta({ id: 'Campaign' });
export type CampaignView = z.output<typeof campaignView>;
