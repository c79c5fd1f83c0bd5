import { idSchema, localeSchema, pageLimitSchema, z } from '@verifiedfan/schema';
import { CAMPAIGN_STATUSES } from './campaign.ts';
import { siteSchema } from './fields.ts';
import { filtersOf } from './list.ts';
import { type Cursor, decodeCursor, fingerprintOf, SORTS, type Sort } from './list-cursor.ts';
import { queryWords } from './search-keys.ts';

const MAX_CURSOR = 2_048;

const localeFields = {
  locale: localeSchema
    .optional()
    .meta({ description: "Texts in this language, else its nearest, else the campaign's first, else any" }),
  showAllLocales: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .meta({ description: 'Texts as they are stored, with all languages; needs the right to update' }),
};

const oneOfBoth = ({ locale, showAllLocales }: { locale?: unknown; showAllLocales?: boolean | undefined }): boolean =>
  locale === undefined || showAllLocales !== true;
const NOT_BOTH = { path: ['locale'], message: 'Says nothing beside showAllLocales=true' };

/** In which language a campaign is shown. `Accept-Language` is not read: a page in another language has another address. */
export const localeQuery = z.strictObject(localeFields).refine(oneOfBoth, NOT_BOTH);

const sorts = SORTS.flatMap((field): Sort[] => [field, `-${field}`]);

const cursorSchema = z
  .string()
  .max(MAX_CURSOR)
  .transform((text, context): Cursor => {
    const cursor = decodeCursor(text);
    if (cursor !== undefined) return cursor;
    context.addIssue({ code: 'custom', message: 'Is not the meta.next of a list' });
    return z.NEVER;
  });

/** What a list is narrowed, ordered and shown by. */
export const listQuery = z
  .strictObject({
    status: z.enum(CAMPAIGN_STATUSES).optional(),
    eventId: idSchema.optional().meta({ description: 'Campaigns with a market for the event' }),
    promoterId: idSchema.optional(),
    artistId: idSchema.optional(),
    site: siteSchema.optional(),
    q: z
      .string()
      .max(100)
      .refine((text) => queryWords(text).length > 0, 'Must hold a letter or digit')
      .optional()
      .meta({
        description: 'Words; each begins a word of the name in some language, without regard to case and accents',
      }),
    sort: z.enum(sorts).optional().meta({ description: '`-` is the other direction; _id by default' }),
    limit: pageLimitSchema.optional().meta({ description: '1 to 200, 50 by default' }),
    cursor: cursorSchema
      .optional()
      .meta({ description: 'meta.next of the page before, with the same filters and order' }),
    ...localeFields,
  })
  .refine(oneOfBoth, NOT_BOTH)
  .refine(
    ({ cursor, sort = '_id', ...filters }) =>
      cursor === undefined || (cursor.sort === sort && cursor.fingerprint === fingerprintOf(filtersOf(filters))),
    { path: ['cursor'], message: 'Belongs to a list with other filters or another order' },
  );
