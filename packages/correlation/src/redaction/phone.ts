export const PHONE_MARK = '[phone]';

const SEPARATOR = String.raw`[ .()/\u00a0\u2010-\u2015-]`;
const LEAST_DIGITS = 8;
const MOST_DIGITS = 15;

/** `+` (or `%2B`) and digits, alone or in groups: `+15550100123`, `+44 20 7946 0958`, `+1 (555) 010-0123`. */
const INTERNATIONAL = new RegExp(String.raw`(\+|%2B)(\(?\d{1,15}\)?(?:${SEPARATOR}{1,3}\d{1,12}){0,7})(?!\d)`, 'gi');

// In front of and behind a national number: no letter, digit or further group, or it is a part of some id.
const BEFORE = String.raw`(?<![\w-]|\d\.)`;
const BEHIND = String.raw`(?!\w|[.-]\d)`;
/** North America: `555-010-0123`, `(555) 010-0123`, `1 555 010 0123`. Exactly 3, 3 and 4 digits, always with separators. */
const NORTH_AMERICAN = String.raw`(?:${BEFORE}(?:1[ .-])?\d{3}[ .-]|\(\d{3}\) ?)\d{3}[ .-]\d{4}${BEHIND}`;
/** Elsewhere, with a leading 0 and separators: `020 7946 0958`, `07700 900123`, `0491 570 006`. */
const TRUNK = String.raw`${BEFORE}\(?0[1-9]\d{1,3}\)?[ -]\d{3,4}[ -]?\d{3,4}${BEHIND}`;
/** In pairs: `06 39 98 12 34`. */
const PAIRS = String.raw`${BEFORE}0[1-9](?:[ .-]\d\d){4}${BEHIND}`;
const NATIONAL = new RegExp(`${NORTH_AMERICAN}|${TRUNK}|${PAIRS}`, 'g');

/** What is said to be a number, whatever its form: `tel:5550100123`, `phone=5550100123`, `"mobile":"5550100123"`. */
const NAMED =
  /((?:\btel|phone|phone_?number|msisdn|mobile)(?:\\?["'])?\s{0,3}[:=]\s{0,3}(?:\\?["'])?)[+(]?\d[\d .()-]{3,24}\d/gi;

/**
 * Masks phone numbers. A number is
 * - `+` and 8 to 15 digits, in one piece or in groups with separators,
 * - digits in one of the usual national groupings, with separators, or
 * - 5 or more digits behind a name such as `phone=`.
 * Plain digits are never a phone number: sequences, hashes, ids, times and amounts stay as they are.
 */
export const maskPhones = (text: string): string =>
  text
    .replace(NAMED, `$1${PHONE_MARK}`)
    .replace(INTERNATIONAL, (all: string, _plus: string, number: string) => maskInternational(all, number))
    .replace(NATIONAL, PHONE_MARK);

const maskInternational = (all: string, number: string): string => {
  const length = phoneLength(number);
  return length === 0 ? all : PHONE_MARK + number.slice(length);
};

/** How many characters of `number` are a phone number; 0 for none. Groups behind the fifteenth digit belong to something else. */
const phoneLength = (number: string): number => {
  const groups = [...number.matchAll(/\d+/g)].map((match) => ({
    digits: match[0].length,
    end: match.index + match[0].length,
  }));
  // No country code begins with 0, so `+0200 2026-01-05` is an offset and a date; `+0123456789` in one piece is still hidden.
  if (/^\(?0/.test(number)) return (groups[0]?.digits ?? 0) >= LEAST_DIGITS ? (groups[0]?.end ?? 0) : 0;
  let digits = 0;
  let end = 0;
  for (const group of groups) {
    if (digits + group.digits > MOST_DIGITS) break;
    digits += group.digits;
    end = group.end;
  }
  return digits >= LEAST_DIGITS ? end : 0;
};
