import { maskEmails } from './email.ts';
import { maskPhones } from './phone.ts';
import { maskSecrets } from './secret-text.ts';

// The least that each rule needs. Most lines have none of it, and these passes are all they cost (0.3 µs for 400 characters, against
// 1.2 µs with the names of secrets in one expression). They may say yes too often, never no wrongly: a test runs them against
// everything that the rules mask. Lookbehinds stand after a rare character, so that they are seldom tried.
const NUMBERS = /[ )-](?<=[\d)][ )-]) ?\d\d[\d .-]{2,4}\d\d|\.\d\d\d?[ .-]\d\d/g;
const SECRETS =
  /[Bb](?:earer|asic|EARER|ASIC)\s|J(?<=eyJ)|xox[a-z]-|IA(?<=A[KS]IA)|\.slack|\/T(?<=services\/T)|pat-(?<=glpat-)/g;
// Also every assignment (`token=`, `token: `): which name stands in front is decided by the rule itself.
const SIGNS_IN_TEXT = /[@+=:]|%(?:40|2B)|%2b|PRIVATE/g;
// In a line of JSON, text inside of strings has its quotes escaped, and `":` is the line's own: its names were judged already. Between a
// secret's name and its colon stand at most a quote and spaces, so `/:` assigns nothing: it begins a parameter in the template of a path.
const SIGNS_IN_LINE = /[@+=\\]|:(?<!["\d/]:)|%(?:40|2B)|%2b|PRIVATE/g;

/**
 * Whether `redactText` could change a string inside a line of JSON, looked at from position `from` on. Names of the line's own fields
 * are not its business.
 */
export const isSuspiciousLine = (line: string, from = 0): boolean =>
  found(SIGNS_IN_LINE, line, from) || hasNumbers(line, from) || found(SECRETS, line, from);

/** A string that is a UUID and nothing else: `redactText` leaves all of them as they are. Every third has digits like those of a number. */
const UUID = /^"[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}"$/;
const UUID_LENGTH = 38;

/** Whether there are digits that may be a number, other than those of a UUID. No number of ours reaches beyond the quotes. */
const hasNumbers = (line: string, from: number): boolean => {
  let start = from;
  while (found(NUMBERS, line, start)) {
    const quote = line.lastIndexOf('"', NUMBERS.lastIndex - 1);
    const end = quote + UUID_LENGTH;
    if (!UUID.test(line.slice(quote, end))) return true;
    start = end;
  }
  return false;
};

const isSuspicious = (text: string): boolean =>
  found(SIGNS_IN_TEXT, text, 0) || found(NUMBERS, text, 0) || found(SECRETS, text, 0);

const found = (expression: RegExp, text: string, from: number): boolean => {
  expression.lastIndex = from;
  return expression.test(text);
};

/**
 * Masks e-mail addresses, phone numbers and secrets by their shape, wherever they stand in a text: `[email]`, `[phone]`, `[redacted]`.
 * Time grows in proportion to the length; a text that was masked before stays as it is.
 * Not masked is what nothing but a name in the data gives away (an access code standing alone): log such things under their names.
 */
export const redactText = (text: string): string =>
  isSuspicious(text) ? maskPhones(maskEmails(maskSecrets(text))) : text;
