export const EMAIL_MARK = '[email]';

const AT = '@';
const ENCODED_AT = '%40';
const WHITESPACE = /\s/;
// Legal inside an address but never met there, while they stand in front of one all the time: `to=<a@b.c>`, `?email=a@b.c`, `mailto:a@b.c`.
const ENDS_LOCAL_PART = new Set('"<>()[]{},;:\\|=&?/@`');
const QUOTED_LOCAL_PART = 64;

/**
 * Masks every e-mail address: something in front of an `@` (or `%40`) and a domain with a letter behind it, dotted or not. A scanner
 * rather than an expression, because "letters up to an @" is quadratic on a long text of letters.
 * Left alone: `@scope/name`, `name@1.2.3`, a lone `@`.
 */
export const maskEmails = (text: string): string => {
  let masked = '';
  let copied = 0;
  for (let at = nextAt(text, 0); at !== undefined; at = nextAt(text, at.end)) {
    const start = localPartStart(text, at.start, copied);
    const end = domainEnd(text, at.end);
    if (start === at.start || end === at.end) continue;
    masked += text.slice(copied, start) + EMAIL_MARK;
    copied = end;
  }
  return copied === 0 ? text : masked + text.slice(copied);
};

const nextAt = (text: string, from: number): { start: number; end: number } | undefined => {
  const plain = text.indexOf(AT, from);
  const encoded = text.indexOf(ENCODED_AT, from);
  if (plain === -1 && encoded === -1) return undefined;
  if (encoded === -1 || (plain !== -1 && plain < encoded)) return { start: plain, end: plain + AT.length };
  return { start: encoded, end: encoded + ENCODED_AT.length };
};

const localPartStart = (text: string, at: number, least: number): number => {
  if (text[at - 1] === '"') return quotedStart(text, at, least);
  let start = at;
  while (start > least && isLocalCharacter(text[start - 1] ?? '')) start -= 1;
  // An apostrophe belongs to o'brien@example.com, but not when it opens a quotation.
  while (start < at && text[start] === "'") start += 1;
  return start;
};

const isLocalCharacter = (character: string): boolean => !ENDS_LOCAL_PART.has(character) && !WHITESPACE.test(character);

/** `"john"@example.com`: an address whose local part is quoted. */
const quotedStart = (text: string, at: number, least: number): number => {
  const open = text.lastIndexOf('"', at - 2);
  if (open < least || at - open > QUOTED_LOCAL_PART || open >= at - 2) return at;
  return /^[^:,{}[\]\\]+$/.test(text.slice(open + 1, at - 1)) ? open : at;
};

const domainEnd = (text: string, from: number): number => {
  let end = from;
  while (end < text.length && isDomainCharacter(text.charCodeAt(end))) end += 1;
  while (end > from && (text[end - 1] === '.' || text[end - 1] === '-')) end -= 1;
  // Versions (`name@1.2.3`) have no letter; domains always have one: https://www.rfc-editor.org/rfc/rfc3696#section-2
  return /[^\d._-]/.test(text.slice(from, end)) ? end : from;
};

const isDomainCharacter = (code: number): boolean =>
  (code >= 97 && code <= 122) || // a-z
  (code >= 65 && code <= 90) || // A-Z
  (code >= 48 && code <= 57) || // 0-9
  code === 45 || // -
  code === 46 || // .
  code === 95 || // _
  code > 127; // internationalised domains
