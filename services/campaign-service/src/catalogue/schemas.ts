import { createHash } from 'node:crypto';
import { DISCOVERY_ID } from '@verifiedfan/discovery';
import { normaliseText } from '@verifiedfan/read-through';
import { localeSchema, pageLimitSchema, z } from '@verifiedfan/schema';

/** Discovery serves nothing behind this. */
const MAX_DEPTH = 1_000;
const DEFAULT_LIMIT = 20;
const CURSOR_FORM = 1;

const text = z.string();
const named = z.object({ id: text, name: text });

export const artistView = z
  .object({
    id: text,
    name: text,
    url: text.optional(),
    imageUrl: text.optional(),
    genre: text.optional(),
    upcomingEvents: z.int().optional(),
  })
  .meta({ id: 'Artist' });

export const venueView = z
  .object({
    id: text,
    name: text,
    url: text.optional(),
    address: text.optional(),
    city: text.optional(),
    region: text.optional(),
    postalCode: text.optional(),
    country: text.optional(),
    timezone: text.optional(),
    location: z.object({ latitude: z.number(), longitude: z.number() }).optional(),
  })
  .meta({ id: 'Venue' });

export const eventView = z
  .object({
    id: text,
    name: text,
    url: text.optional(),
    imageUrl: text.optional(),
    startsAt: text.optional(),
    localDate: text.optional(),
    timezone: text.optional(),
    status: text.optional(),
    sale: z.object({ opensAt: text.optional(), closesAt: text.optional() }).optional(),
    artists: z.array(named),
    venue: named.optional(),
  })
  .meta({ id: 'CatalogueEvent' });

type Cursor = { page: number; fingerprint: string };

/** Of everything that decides what a page holds: the cursor of one search says nothing about another. */
export const fingerprintOf = (query: object): string => {
  const said = Object.entries(query).filter(([, value]) => value !== undefined);
  return createHash('sha256').update(JSON.stringify(said.sort())).digest('base64url').slice(0, 12);
};

export const encodeCursor = ({ page, fingerprint }: Cursor): string =>
  Buffer.from(JSON.stringify([CURSOR_FORM, page, fingerprint])).toString('base64url');

const decodeCursor = (cursor: string): Cursor | undefined => {
  try {
    const [form, page, fingerprint] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const isPage = Number.isSafeInteger(page) && Number(page) >= 1;
    if (form !== CURSOR_FORM || !isPage || typeof fingerprint !== 'string') return undefined;
    return { page: Number(page), fingerprint };
  } catch {
    return undefined;
  }
};

const cursorSchema = z
  .string()
  .max(128)
  .transform((cursor, context): Cursor => {
    const decoded = decodeCursor(cursor);
    if (decoded !== undefined) return decoded;
    context.addIssue({ code: 'custom', message: 'Is not the meta.next of a search' });
    return z.NEVER;
  });

/** Limits are few and words are short, so that a caller cannot fill the cache with variants of one search. */
const fields = {
  q: z
    .string()
    .max(100)
    .transform(normaliseText)
    // A sign may become several when it is normalised.
    .refine((text) => text.length <= 100, 'Is too long')
    .optional()
    .meta({ description: 'Words of the name, without regard to case; everything when left out' }),
  locale: localeSchema.optional().meta({ description: 'Names in this language where there are some' }),
  limit: pageLimitSchema.default(DEFAULT_LIMIT).meta({ description: '1 to 200, 20 by default' }),
  cursor: cursorSchema.optional().meta({ description: 'meta.next of the page before, with the same search' }),
};

/** Narrower than ids of ours: the catalogue would not be asked about any other. */
const catalogueId = z.string().regex(DISCOVERY_ID, 'Must be 1 to 128 of A-Z a-z 0-9 _ -');

type Searched = { cursor?: Cursor | undefined; limit: number };

const fits = ({ cursor, ...query }: Searched): boolean =>
  cursor === undefined || (cursor.fingerprint === fingerprintOf(query) && cursor.page * query.limit < MAX_DEPTH);
const WRONG_CURSOR = { path: ['cursor'], message: 'Belongs to another search' };

export const searchQuery = z.strictObject(fields).refine(fits, WRONG_CURSOR);
export const eventSearchQuery = z
  .strictObject({ ...fields, artistId: catalogueId.optional(), venueId: catalogueId.optional() })
  .refine(fits, WRONG_CURSOR);
export const findQuery = z.strictObject({ locale: fields.locale });
