import { z } from 'zod';

/** A language tag such as `en` or `pt-BR`. */
export const localeSchema = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, 'Must be a language tag such as en or pt-BR');

/** Whether no language is named twice. Case tells nothing: `de-CH` is `DE-ch` (https://www.rfc-editor.org/rfc/rfc5646#section-2.1.1). */
export const areDistinctLocales = (tags: readonly string[]): boolean =>
  tags.length < 2 || new Set(tags.map((tag) => tag.toLowerCase())).size === tags.length;

/**
 * Anything that shows: neither a blank nor a control character, nor what Unicode has for the form of other characters or to be ignored (Cf and
 * Default_Ignorable_Code_Point of the first plane: zero-width space and joiner, direction marks, fillers, variation selectors), nor the
 * empty pattern of Braille. As code points, because readers of JSON Schema know no classes of Unicode.
 */
const SHOWS =
  '[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f' +
  '\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb]';
const SHOWING = new RegExp(SHOWS, 'u');

/** The text without blanks around it; empty when nothing of it shows. */
const visible = (text: string): string => {
  const trimmed = text.trim();
  const first = trimmed.charCodeAt(0);
  // Nearly every text begins with a letter of ASCII.
  return (first > 0x20 && first < 0x7f) || SHOWING.test(trimmed) ? trimmed : '';
};

/**
 * A text of 1 to `maxLength` characters once it is trimmed. What shows nothing is too short; the document says so by a pattern, since JSON
 * Schema counts what was sent.
 */
export const trimmedTextSchema = ({ maxLength }: { maxLength: number }) =>
  z.string().overwrite(visible).min(1).max(maxLength).meta({ pattern: SHOWS });

export type LocalisedText = string | Record<string, string>;

/**
 * One text for every language, or a text per language tag (1 to 100 of them, each language once); each 1 to `maxLength` characters once
 * trimmed.
 */
export const localisedTextSchema = ({ maxLength = 10_000 }: { maxLength?: number } = {}) => {
  const text = trimmedTextSchema({ maxLength });
  const perLocale = z
    .record(localeSchema, text)
    .refine(
      (texts) => Object.keys(texts).length >= 1 && Object.keys(texts).length <= 100,
      'Must hold 1 to 100 languages',
    )
    .refine((texts) => areDistinctLocales(Object.keys(texts)), 'Must not name a language twice');
  return z.union([text, perLocale]);
};
