import { z } from 'zod';

/** `YYYY-MM-DDThh:mm[:ss[.fraction]]` and `Z` or an offset `+hh:mm`; see `parseIsoDateTime`. */
export type DateTimeText = string;

const MS_PER_DAY = 86_400_000;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const DOT = 46;
const COLON = 58;

/** `count` decimal digits at `start`, or -1. */
const digits = (text: string, start: number, count: number): number => {
  let value = 0;
  for (let index = start; index < start + count; index++) {
    const digit = text.charCodeAt(index) - 48;
    // NaN (behind the end of the text) fails this comparison too.
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
};

const daysInMonth = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant's days_from_civil); `Date.UTC` reads years below 100 as 19xx. */
const daysSinceEpoch = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};

const dateMs = (text: string): number => {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const separated = text[4] === '-' && text[7] === '-' && text[10] === 'T';
  if (!separated || year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  return daysSinceEpoch(year, month, day) * MS_PER_DAY;
};

/** Milliseconds of the zone at `start`, which must reach to the end of the text. */
const zoneMs = (text: string, start: number): number => {
  const sign = text[start];
  if (sign === 'Z') return text.length === start + 1 ? 0 : Number.NaN;
  const hours = digits(text, start + 1, 2);
  const minutes = digits(text, start + 4, 2);
  const wellFormed =
    (sign === '+' || sign === '-') && text.length === start + 6 && text.charCodeAt(start + 3) === COLON;
  if (!wellFormed || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  return (hours * 60 + minutes) * (sign === '-' ? -60_000 : 60_000);
};

/** Milliseconds of the fraction at `start` (behind its dot) and where it ends; digits behind the third are cut off. */
const fraction = (text: string, start: number): { ms: number; end: number } => {
  let end = start;
  while (end - start < 9 && digits(text, end, 1) >= 0) end++;
  const kept = Math.min(3, end - start);
  return end === start
    ? { ms: Number.NaN, end }
    : { ms: digits(text, start, kept) * (kept === 1 ? 100 : kept === 2 ? 10 : 1), end };
};

/**
 * Milliseconds since 1970, undefined when the text is not a date-time of ISO 8601 with `Z` or an offset. Seconds may be left out, a
 * fraction has 1 to 9 digits of which three count. Only real calendar dates: no 30 February, no 24:00, no second 60. Written by hand
 * because the score loader calls it for every row: about ten times as fast as a pattern with `Date.parse`, which takes 30 February.
 */
export const parseIsoDateTime = (text: string): number | undefined => {
  const hours = digits(text, 11, 2);
  const minutes = digits(text, 14, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || text.charCodeAt(13) !== COLON) return undefined;
  let end = 16;
  let ms = (hours * 60 + minutes) * 60_000;
  if (text.charCodeAt(16) === COLON) {
    const seconds = digits(text, 17, 2);
    if (seconds < 0 || seconds > 59) return undefined;
    ms += seconds * 1_000;
    end = 19;
    if (text.charCodeAt(19) === DOT) {
      const part = fraction(text, 20);
      ms += part.ms;
      end = part.end;
    }
  }
  const total = dateMs(text) + ms - zoneMs(text, end);
  return Number.isNaN(total) ? undefined : total;
};

export const isIsoDateTime = (text: string): boolean => parseIsoDateTime(text) !== undefined;

/** A date-time as text, kept as it was written. */
export const dateTimeSchema = z
  .string()
  .max(64)
  .refine(isIsoDateTime, 'Must be an ISO 8601 date-time with Z or an offset')
  .meta({ format: 'date-time' });
