import type { JsonValue } from '@verifiedfan/ports';
import type { Headers } from './options.ts';

const HIDDEN = '[redacted]';
/** Longest body of an error, in characters of JSON. */
const MAX_BODY_CHARACTERS = 2_048;
/** A single text longer than this is cut before it is searched, which bounds the time. */
const MAX_MASKED_CHARACTERS = 8_192;
const MAX_DEPTH = 8;

// Compared in lower case and without punctuation, so `api_key`, `Api-Key` and `apikey` are one name.
const ALWAYS_HIDDEN = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'api-key',
  'x-api-key',
  'fastly-key',
  'appsecret_proof',
  'routing_key',
  'email',
  'email_address',
  'phone',
  'phone_number',
  'complete_phone_number',
  'mobile',
];
/** `access_token`, `private-token`, `client_secret`, `password` and everything else that ends like them. */
const HIDDEN_ENDINGS = ['token', 'secret', 'password'];

// Values that are personal or secret wherever they stand. Every repetition is bounded, so that no input can make them slow.
const HIDDEN_VALUES = [
  /\b(?:Bearer|Basic|TSA) [\w.~+/:=-]{1,8192}/gi,
  /\beyJ[\w-]{1,8192}\.[\w-]{1,8192}\.[\w-]{0,8192}/g,
  /\bxox[a-z]-[\w-]{1,512}/g,
  /[^\s@"'<>,;:=]{1,64}(?:@|%40)[^\s@"'<>,;/?&]{1,255}/g,
  /\+\d[\d ().-]{6,18}\d/g,
  /(?<![\da-z])(?:%2b)?\d{8,15}(?![\da-z])/gi,
];

export type Redactor = {
  headers(headers: Headers): Headers;
  /** Path and query without origin; with `secretPath` the path is hidden whole. */
  url(url: URL, secretPath: boolean): string;
  /** A bounded copy for an error. */
  body(body: JsonValue | undefined): JsonValue | undefined;
};

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
// What is cut off goes with the word it was cut from: half a token does not look like a token any more.
const cut = (text: string): string =>
  text.length <= MAX_MASKED_CHARACTERS ? text : `${text.slice(0, MAX_MASKED_CHARACTERS).replace(/\S+$/, '')}…`;
const maskText = (text: string): string =>
  HIDDEN_VALUES.reduce((masked, what) => masked.replace(what, HIDDEN), cut(text));

const maskScalar = (value: string | number | boolean | null): JsonValue => {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'number') return value;
  // A phone number may come as a number.
  return maskText(String(Math.abs(value))) === String(Math.abs(value)) ? value : HIDDEN;
};

const bounded = (value: JsonValue): JsonValue => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MAX_BODY_CHARACTERS ? value : `${text.slice(0, MAX_BODY_CHARACTERS - 1)}…`;
};

/** Hides by name and by the look of the value. `names` are hidden besides the list that is always hidden. */
export const createRedactor = (names: readonly string[] = []): Redactor => {
  const hidden = new Set([...ALWAYS_HIDDEN, ...names].map(plain));
  const hides = (name: string): boolean => {
    const word = plain(name);
    return hidden.has(word) || HIDDEN_ENDINGS.some((ending) => word.endsWith(ending));
  };
  const mask = (value: JsonValue, depth: number): JsonValue => {
    if (value === null || typeof value !== 'object') return maskScalar(value);
    if (depth === 0) return HIDDEN;
    if (Array.isArray(value)) return value.map((entry) => mask(entry, depth - 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [name, hides(name) ? HIDDEN : mask(entry, depth - 1)]),
    );
  };
  return {
    headers: (headers) =>
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, hides(name) ? HIDDEN : maskText(value)]),
      ),
    url: (url, secretPath) => {
      const path = secretPath ? `/${HIDDEN}` : maskText(url.pathname);
      const query = [...url.searchParams].map(([name, value]) => `${name}=${hides(name) ? HIDDEN : maskText(value)}`);
      return query.length === 0 ? path : `${path}?${query.join('&')}`;
    },
    body: (body) => (body === undefined ? undefined : bounded(mask(body, MAX_DEPTH))),
  };
};
