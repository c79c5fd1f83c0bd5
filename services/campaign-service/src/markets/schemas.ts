import { dateTimeSchema, idSchema, localisedTextSchema, z } from '@verifiedfan/schema';
import { instantSchema } from '../campaigns/fields.ts';
import { MARKET_STATUSES, SELECTION_STATUSES } from './market.ts';

export const MAX_CAPACITY = 10_000_000;

const STATUS = { description: 'Only events of ACTIVE markets are on offer' };
const MESSAGE = 'Must be 0 to 1 with at most two decimals';

/** As decimals are written: 0.29 is one, though 0.29 × 100 is 28.999…. */
const isHundredths = (score: number): boolean => Math.round(score * 100) / 100 === score;

/** What people may write about who is selected. */
export const selectionRulesV2 = z.strictObject({
  // Hundredths are what scores are counted in. `multipleOf` is for the description: it takes 1e-300 too.
  minScore: z.number().min(0, MESSAGE).max(1, MESSAGE).multipleOf(0.01, MESSAGE).refine(isHundredths, MESSAGE),
  requireVerified: z.boolean().default(false),
  capacity: z.int().min(1).max(MAX_CAPACITY),
});

/** What people may write about a market. */
export const marketV2 = z.strictObject({
  eventId: idSchema,
  name: localisedTextSchema({ maxLength: 200 }).optional(),
  venueId: idSchema.optional(),
  date: z
    .strictObject({ open: instantSchema.optional(), close: instantSchema.optional(), event: instantSchema.optional() })
    .optional(),
  status: z.enum(MARKET_STATUSES).default('ACTIVE').meta(STATUS),
  selectionRules: selectionRulesV2.optional(),
});
export type MarketDraft = z.output<typeof marketV2>;

/** The same, described for those who send a market alone. */
export const marketDocument = marketV2.meta({ id: 'MarketDocument' });

const { eventId, ...removable } = marketV2.shape;
const removableFields = Object.entries<z.ZodType>(removable).map(([name, field]) => [
  name,
  field.nullable().optional(),
]);

/** A merge patch of one, in which null removes. It describes; what a patch makes of a market is checked as a whole document. */
export const marketPatch = z
  .strictObject({ eventId: eventId.optional(), ...(Object.fromEntries(removableFields) as Record<string, z.ZodType>) })
  .meta({ id: 'MarketPatch' });

const version = z.int().min(1);

const selectionFields = {
  eligible: z.int().min(0),
  capacity: z.int().min(1).max(MAX_CAPACITY),
  status: z.enum(SELECTION_STATUSES),
  ruleVersion: version,
  marketVersion: version,
  scoresVersion: z.int().min(0),
};

/** What the worker writes back. */
export const selectionV2 = z.strictObject({ ...selectionFields, computedAt: instantSchema });

/** Stale: compute it again from what is stored now. */
export const selectionAnswer = z
  .union([z.object({ applied: z.literal(true) }), z.object({ applied: z.literal(false), reason: z.literal('stale') })])
  .meta({ id: 'SelectionAnswer' });

export const marketView = z
  .object({
    _id: z.string(),
    campaignId: z.string(),
    eventId: z.string(),
    name: localisedTextSchema().optional(),
    venueId: z.string().optional(),
    date: z
      .object({ open: dateTimeSchema.optional(), close: dateTimeSchema.optional(), event: dateTimeSchema.optional() })
      .optional(),
    status: z.enum(MARKET_STATUSES).meta(STATUS),
    selectionRules: z
      .object({ minScore: z.number(), requireVerified: z.boolean(), capacity: z.int(), ruleVersion: version })
      .meta({ id: 'SelectionRules' })
      .optional(),
    selection: z
      .object({ ...selectionFields, computedAt: dateTimeSchema })
      .meta({ id: 'Selection' })
      .optional(),
    catalogue: z
      .object({ checked: z.boolean(), reason: z.enum(['unavailable', 'import']).optional(), at: dateTimeSchema })
      .optional(),
    version,
  })
  .meta({ id: 'Market' });
export type MarketView = z.output<typeof marketView>;
