import type { LocalisedText } from '@verifiedfan/schema';

/** What campaigns are searched and sorted by; derived from their names, and never shown. */
export type SearchKeys = {
  /** The name in its first language, folded. */
  name: string;
  /** Words of the name in all languages, folded, each once. */
  words: string[];
};

/** A sign may become eighteen when it is folded; a name that is longer than it may be is sorted by its beginning, and a cursor holds that. */
const MAX_NAME = 200;
/** A name may have a hundred languages; beyond these words nobody searches. */
const MAX_WORDS = 500;
const MAX_QUERY_WORDS = 8;

/**
 * Without case, accents and compatibility forms: `Beyoncé` and `BEYONCE` are one. Half a sign becomes U+FFFD, as databases write it: a cursor
 * would name a place that the order does not have.
 */
const fold = (text: string): string =>
  text.toWellFormed().normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();

const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

export const searchKeysOf = (name: LocalisedText, locales: readonly string[] = []): SearchKeys => {
  const texts = typeof name === 'string' ? { all: name } : name;
  const [first = ''] = Object.values(texts);
  const preferred = locales[0] !== undefined && Object.hasOwn(texts, locales[0]) ? texts[locales[0]] : undefined;
  const words = [...new Set(Object.values(texts).flatMap(wordsOf))].slice(0, MAX_WORDS);
  return { name: [...fold(preferred ?? first)].slice(0, MAX_NAME).join(''), words };
};

/** The words of a search, at most eight; empty for a text without letters and digits. */
export const queryWords = (text: string): string[] => [...new Set(wordsOf(text))].slice(0, MAX_QUERY_WORDS);
