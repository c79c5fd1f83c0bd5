import { createValidateSchema, dateTimeSchema, idSchema, localisedTextSchema, z } from '@verifiedfan/schema';
import { CAMPAIGN_STATUSES, MARKET_STATUSES, RESERVED_IDS } from './campaign.ts';
import { instantSchema, localesSchema, siteSchema, timezoneSchema, uniqueIds } from './fields.ts';

export const MAX_MARKETS = 1_000;
export const MAX_IMPORT = 100;

const nameSchema = localisedTextSchema({ maxLength: 200 });

/** What people may write about a market. */
export const marketV2 = z.strictObject({
  eventId: idSchema,
  name: nameSchema.optional(),
  venueId: idSchema.optional(),
  date: z
    .strictObject({ open: instantSchema.optional(), close: instantSchema.optional(), event: instantSchema.optional() })
    .optional(),
  status: z.enum(MARKET_STATUSES).default('ACTIVE'),
});

const campaignId = idSchema.refine((id) => !RESERVED_IDS.has(id), 'Is a reserved word');

/** What people may write about a campaign. */
export const campaignV2 = z.strictObject({
  _id: campaignId.optional(),
  name: nameSchema,
  description: localisedTextSchema({ maxLength: 10_000 }).optional(),
  date: z.strictObject({ open: instantSchema.optional(), close: instantSchema.optional() }).default({}),
  timezone: timezoneSchema.optional(),
  locales: localesSchema.optional(),
  domain: z.strictObject({ site: siteSchema.optional() }).default({}),
  maxRank: z.int().min(0).optional(),
  promoterId: idSchema.optional(),
  artistIds: uniqueIds(100).optional(),
  markets: z
    .array(marketV2)
    .max(MAX_MARKETS)
    .refine(
      (markets) => new Set(markets.map(({ eventId }) => eventId)).size === markets.length,
      'Must not name an event twice',
    )
    .default([]),
});
export type CampaignDraft = z.output<typeof campaignV2>;
export type MarketDraft = z.output<typeof marketV2>;

export const ValidateSchema = createValidateSchema({ campaignV2, marketV2 });

const version = z.int().min(1);
const text = localisedTextSchema();

export const marketView = z
  .object({
    _id: z.string(),
    campaignId: z.string(),
    eventId: z.string(),
    name: text.optional(),
    venueId: z.string().optional(),
    date: z
      .object({ open: dateTimeSchema.optional(), close: dateTimeSchema.optional(), event: dateTimeSchema.optional() })
      .optional(),
    status: z.enum(MARKET_STATUSES),
    version,
  })
  .meta({ id: 'Market' });
export type MarketView = z.output<typeof marketView>;

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
    maxRank: z.int().optional(),
    promoterId: z.string().optional(),
    artistIds: z.array(z.string()).optional(),
    version,
    createdAt: dateTimeSchema,
    updatedAt: dateTimeSchema,
    markets: z.array(marketView),
  })
  .meta({ id: 'Campaign' });
export type CampaignView = z.output<typeof campaignView>;
