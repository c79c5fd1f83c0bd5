import { createKeyRule, hides, type KeyRule, PHONE_MARK, redactText, SECRET_MARK } from '@verifiedfan/correlation';
import type { JsonValue } from '@verifiedfan/ports';
import type { Headers } from './options.ts';

/** Longest body of an error, in characters of JSON. */
const MAX_BODY_CHARACTERS = 2_048;
/** A single text longer than this is cut before it is searched, which bounds the time. */
const MAX_MASKED_CHARACTERS = 8_192;
const MAX_DEPTH = 8;

// In a log line plain digits are ids and times; in URLs and answers of others they are phone numbers (TeleSign), so here they go too.
const PLAIN_NUMBER = /(?<![\da-z])(?:%2b)?\d{8,15}(?![\da-z])/gi;

export type Redactor = {
  headers(headers: Headers): Headers;
  /** Path and query without origin; with `secretPath` the path is hidden whole. */
  url(url: URL, secretPath: boolean): string;
  /** A bounded copy for an error. */
  body(body: JsonValue | undefined): JsonValue | undefined;
};

// What is cut off goes with the word it was cut from: half a token does not look like a token any more.
const cut = (text: string): string =>
  text.length <= MAX_MASKED_CHARACTERS ? text : `${text.slice(0, MAX_MASKED_CHARACTERS).replace(/\S+$/, '')}…`;
const maskText = (text: string): string => redactText(cut(text)).replace(PLAIN_NUMBER, PHONE_MARK);

const maskScalar = (value: string | number | boolean | null): JsonValue => {
  if (typeof value === 'string') return maskText(value);
  // A phone number may come as a number.
  return typeof value === 'number' && maskText(String(value)) !== String(value) ? PHONE_MARK : value;
};

const bounded = (value: JsonValue): JsonValue => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MAX_BODY_CHARACTERS ? value : `${text.slice(0, MAX_BODY_CHARACTERS - 1)}…`;
};

const maskBody = (value: JsonValue, keyRule: KeyRule, depth: number): JsonValue => {
  if (value === null || typeof value !== 'object') return maskScalar(value);
  if (depth === 0) return SECRET_MARK;
  if (Array.isArray(value)) return value.map((entry) => maskBody(entry, keyRule, depth - 1));
  // In an answer of an upstream `code` says what went wrong, and clients decide by it; in our own data it is an access code.
  const isHidden = (name: string, entry: JsonValue): boolean => name !== 'code' && hides(keyRule(name), entry);
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      isHidden(name, entry) ? SECRET_MARK : maskBody(entry, keyRule, depth - 1),
    ]),
  );
};

/**
 * Hides by name and by the look of the value, with the rules of `@verifiedfan/correlation`. `names` are hidden besides the list that
 * is always hidden.
 */
export const createRedactor = (names: readonly string[] = []): Redactor => {
  const keyRule = createKeyRule({ keys: names });
  const mask = (name: string, value: string): string => (hides(keyRule(name), value) ? SECRET_MARK : maskText(value));
  return {
    headers: (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask(name, value)])),
    url: (url, secretPath) => {
      const path = secretPath ? `/${SECRET_MARK}` : maskText(url.pathname);
      const query = [...url.searchParams].map(([name, value]) => `${name}=${mask(name, value)}`);
      return query.length === 0 ? path : `${path}?${query.join('&')}`;
    },
    body: (body) => (body === undefined ? undefined : bounded(maskBody(body, keyRule, MAX_DEPTH))),
  };
};
