import { domainToASCII } from 'node:url';
import { idSchema, localeSchema, parseIsoDateTime, z } from '@verifiedfan/schema';

/** A date-time, kept in UTC with milliseconds so that equal moments are equal texts. */
export const instantSchema = z
  .string()
  .max(64)
  .refine((text) => parseIsoDateTime(text) !== undefined, 'Must be an ISO 8601 date-time with Z or an offset')
  .transform((text) => new Date(parseIsoDateTime(text) ?? 0).toISOString())
  .meta({ format: 'date-time' });

const isTimezone = (name: string): boolean => {
  try {
    return name.includes('/') || name === 'UTC' ? Boolean(new Intl.DateTimeFormat('en', { timeZone: name })) : false;
  } catch {
    return false;
  }
};

/** A name of the IANA data base such as `Europe/Berlin`, or `UTC`; abbreviations and offsets have no summer time. */
export const timezoneSchema = z
  .string()
  .max(64)
  .refine(isTimezone, 'Must be an IANA time zone such as Europe/Berlin, or UTC');

const isHost = (host: string): boolean =>
  host.length >= 1 &&
  host.length <= 253 &&
  host.split('.').length >= 2 &&
  host.split('.').every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label));

/** UTS-46 to ASCII, lower case, without the trailing dot: two spellings of one site are one text. */
export const normaliseSite = (site: string): string => domainToASCII(site.trim().replace(/\.$/, '')).toLowerCase();

/** A host name, without scheme, port and path. */
export const siteSchema = z
  .string()
  .max(1_024)
  .transform(normaliseSite)
  .pipe(z.string().refine(isHost, 'Must be a host name such as tour.example.com'));

const areUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;

export const uniqueIds = (max: number) => z.array(idSchema).max(max).refine(areUnique, 'Must not name anything twice');
export const localesSchema = z.array(localeSchema).min(1).max(100).refine(areUnique, 'Must not name a language twice');
