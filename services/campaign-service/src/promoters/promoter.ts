import { dateTimeSchema, idSchema, localisedTextSchema, z } from '@verifiedfan/schema';

const RESERVED: ReadonlySet<string> = new Set(['import', 'refresh', 'me', '.', '..']);

const isBare = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
};

/** Kept as it is written, so it must not hold what a URL parser passes over: spaces and line breaks. */
const website = z
  .string()
  .max(2_048)
  .regex(/^[Hh][Tt][Tt][Pp][Ss]?:\/\/\S+$/, 'Must be an http or https address')
  .refine((text) => !/\p{Cc}/u.test(text), 'Must not hold control characters')
  .refine(isBare, 'Must be an address without a user name and a password');

/** What people may write about a promoter. */
export const promoterV1 = z
  .strictObject({
    _id: idSchema.refine((id) => !RESERVED.has(id), 'Is a reserved word').optional(),
    name: localisedTextSchema({ maxLength: 200 }),
    website: website.optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'Must be two capital letters (ISO 3166)')
      .optional(),
  })
  .meta({ id: 'PromoterDocument' });
export type PromoterDraft = z.output<typeof promoterV1>;

export const promoterPatch = promoterV1.partial().meta({ id: 'PromoterPatch' });

export const promoterView = z
  .object({
    _id: z.string(),
    name: localisedTextSchema(),
    website: z.string().optional(),
    country: z.string().optional(),
    version: z.int().min(1),
    createdAt: dateTimeSchema,
    updatedAt: dateTimeSchema,
  })
  .meta({ id: 'Promoter' });

/** As it is stored, cached and shown. */
export type Promoter = {
  _id: string;
  name: string | Record<string, string>;
  website?: string;
  country?: string;
  version: number;
  createdAt: string;
  updatedAt: string;
};

export const READ_ONLY = ['_id', 'version', 'createdAt', 'updatedAt'] as const;

/** Statuses of the errors of promoters. */
export const PROMOTER_ERRORS = { PROMOTER_NOT_FOUND: 404 } as const;
