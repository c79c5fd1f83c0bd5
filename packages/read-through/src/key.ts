import { createHash } from 'node:crypto';
import type { JsonValue } from '@verifiedfan/ports';
import { ReadThroughError } from './errors.ts';

/** What is read, by name. A name whose value is undefined counts as left out. */
export type Parameters = Readonly<Record<string, JsonValue | undefined>>;

/** The same text for everybody who means the same: without accents' spellings, case, and spaces that nobody sees. */
export const normaliseText = (text: string): string =>
  text.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();

const sorted = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const names = Object.keys(value).sort();
  // As pairs, because a member called `__proto__` would not stay a member.
  return names.map((name) => [name, sorted(value[name] ?? null)]);
};

const serialise = (parameters: Parameters): string => {
  try {
    return JSON.stringify(sorted(JSON.parse(JSON.stringify(parameters)) as JsonValue));
  } catch (cause) {
    throw new ReadThroughError('invalid_parameters', { cause });
  }
};

/**
 * `<name>:<format>:<43 characters>`: a hash of the parameters, so that every key has the same length, no parameter can forge the key of
 * another, and what people searched for is not in the keys.
 */
export const createKeys = ({ name, format, maxBytes }: { name: string; format: number; maxBytes: number }) => {
  return (parameters: Parameters): string => {
    const text = serialise(parameters);
    if (Buffer.byteLength(text) > maxBytes) throw new ReadThroughError('invalid_parameters');
    return `${name}:${format}:${createHash('sha256').update(text).digest('base64url')}`;
  };
};
