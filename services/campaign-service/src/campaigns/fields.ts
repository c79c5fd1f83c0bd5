import { domainToASCII, domainToUnicode } from 'node:url';
import { areDistinctLocales, idSchema, localeSchema, parseIsoDateTime, z } from '@verifiedfan/schema';

/** An offset can lead out of the years that have four digits; ISO 8601 writes those otherwise, and they would sort before all others. */
const hasFourDigits = (text: string): boolean => /^\d/.test(new Date(parseIsoDateTime(text) ?? 0).toISOString());

/** A date-time, kept in UTC with milliseconds so that equal moments are equal texts. */
export const instantSchema = z
  .string()
  .max(64)
  .refine((text) => parseIsoDateTime(text) !== undefined, 'Must be an ISO 8601 date-time with Z or an offset')
  .refine(hasFourDigits, 'Must be in the years 0000 to 9999 of UTC')
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
  .refine(isTimezone, 'Must be an IANA time zone such as Europe/Berlin, or UTC')
  .meta({ description: 'A name of the IANA data base, or UTC', examples: ['Europe/Berlin', 'UTC'] });

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The last label has a letter: what has none is an address, in one of its many spellings. */
const isHost = (host: string): boolean => {
  const labels = host.split('.');
  return (
    host.length <= 253 &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label)) &&
    /[a-z]/.test(labels.at(-1) ?? '')
  );
};

// Node reads a host as the beginning of a URL: it would cut a path off, decode %61, and pass over a tab.
const NOT_IN_HOSTS = /[\s/\\?#@:%[\]]/u;

/** Punycode that stands for nothing, or for something that has another spelling, could be a second name of a site. */
const isOneSpelling = (ascii: string): boolean => {
  const unicode = domainToUnicode(ascii);
  return !/(?:^|\.)xn--/.test(unicode) && domainToASCII(unicode) === ascii;
};

/**
 * UTS-46 to ASCII, lower case, without the trailing dot: all spellings of a site are one text. What is no host becomes a text that is none
 * either.
 */
export const normaliseSite = (site: string): string => {
  const trimmed = site.trim();
  if (NOT_IN_HOSTS.test(trimmed)) return '';
  const ascii = domainToASCII(trimmed).toLowerCase().replace(/\.$/, '');
  return isOneSpelling(ascii) ? ascii : '';
};

/** A host name, without scheme, port and path. */
export const siteSchema = z
  .string()
  .max(1_024)
  .transform(normaliseSite)
  .pipe(z.string().refine(isHost, 'Must be a host name such as tour.example.com'))
  .meta({ description: 'A host in any spelling, without scheme, port and path', examples: ['tour.example.com'] });

const areUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;

export const uniqueIds = (max: number) => z.array(idSchema).max(max).refine(areUnique, 'Must not name anything twice');
export const localesSchema = z
  .array(localeSchema)
  .min(1)
  .max(100)
  .refine(areDistinctLocales, 'Must not name a language twice');
