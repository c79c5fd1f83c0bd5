import {
  dateTimeSchema,
  emailSchema,
  idSchema,
  isId,
  localeSchema,
  pageLimitSchema,
  phoneSchema,
  z,
} from '@verifiedfan/schema';
import { type Entry, type Registration, VERDICTS } from './entry.ts';

export const campaignParams = z.strictObject({ campaignId: idSchema });
export const entryParams = z.strictObject({ campaignId: idSchema, memberId: idSchema });

const preferences = z
  .array(idSchema)
  .max(1_000)
  .refine((ids) => new Set(ids).size === ids.length, 'Must not name an event twice');

/** What a fan sends to register. */
export const registrationBody = z.strictObject({
  campaignId: idSchema,
  memberId: idSchema,
  email: emailSchema.optional(),
  phone: phoneSchema.optional(),
  globalUserId: idSchema.optional(),
  sid: idSchema.optional(),
  preferences: preferences.optional(),
  locale: localeSchema.optional(),
});

export const lookupBody = z
  .strictObject({ campaignId: idSchema, email: emailSchema.optional(), phone: phoneSchema.optional() })
  .refine(
    ({ email, phone }) => (email === undefined) !== (phone === undefined),
    'Must name exactly one of email and phone',
  );

const CURSOR = /^[A-Za-z0-9_-]{1,172}$/;
export const encodeCursor = (memberId: string): string => Buffer.from(memberId).toString('base64url');

/** Texts of a query; `limit` 1 to 200. */
export const pageQuery = z.strictObject({
  limit: pageLimitSchema.optional(),
  cursor: z
    .string()
    .regex(CURSOR)
    .transform((text) => Buffer.from(text, 'base64url').toString())
    .refine(isId, 'Is not the meta.next of a page')
    .optional(),
});

const count = z.int().min(0);
export const scoringCounts = z.object({
  input: count,
  found: count,
  inserted: count,
  updated: count,
  unchanged: count,
  withdrawn: count,
});

const scoringView = z.object({
  rank: count.nullable(),
  events: z.array(z.string()),
  score: z.number(),
  isVerified: z.boolean().optional(),
  verdict: z.enum(VERDICTS),
  scoredAt: dateTimeSchema,
  modelVersion: z.string().optional(),
});

export const entryView = z.object({
  campaignId: z.string(),
  memberId: z.string(),
  registeredAt: dateTimeSchema.optional(),
  globalUserId: z.string().optional(),
  sid: z.string().optional(),
  preferences: z.array(z.string()).optional(),
  locale: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  scoring: scoringView.optional(),
});
export type EntryView = z.infer<typeof entryView>;

const withoutPersonalData = ({ email: _email, phone: _phone, ...rest }: Registration): Registration => rest;

/** An entry as the outside sees it; e-mail and phone only for those who have the right to see them. */
export const toEntryView = (entry: Entry, { personalData }: { personalData: boolean }): EntryView => {
  const { campaignId, memberId, registration, registeredAt, scoring } = entry;
  const { file: _file, load: _load, line: _line, ...visible } = scoring ?? {};
  return {
    campaignId,
    memberId,
    ...(registeredAt === undefined ? {} : { registeredAt }),
    ...(registration === undefined || personalData ? registration : withoutPersonalData(registration)),
    ...(scoring === undefined ? {} : { scoring: visible as EntryView['scoring'] }),
  };
};
