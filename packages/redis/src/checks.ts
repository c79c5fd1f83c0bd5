import { type JsonValue, PortError } from '@verifiedfan/ports';

const MAX_KEY_BYTES = 512;
const MAX_DEPTH = 100;
/** Redis counts expiry in a 64-bit integer of milliseconds since 1970; this is 30,000 years. */
const MAX_LIFE_MS = 1e15;

export const invalid = (message: string): PortError => new PortError({ code: 'validation', message });

/** Refuses a key that is empty, longer than 512 bytes or not valid Unicode. */
export const assertKey = (key: string): void => {
  if (typeof key !== 'string' || key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES || !key.isWellFormed()) {
    throw invalid(`a cache key is a text of 1 to ${MAX_KEY_BYTES} bytes`);
  }
};

/** The version as text, `0` for none. */
export const readVersion = (version: number | undefined): string => {
  if (version === undefined) return '0';
  if (!Number.isSafeInteger(version) || version < 1) throw invalid('version must be a whole number from 1');
  return String(version);
};

/** A life in whole milliseconds, at least 1. */
export const readLife = (name: string, durationMs: number): string => {
  if (!Number.isFinite(durationMs) || durationMs <= 0) throw invalid(`${name} must be greater than 0`);
  return String(Math.min(Math.ceil(durationMs), MAX_LIFE_MS));
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Refuses what would not come back from JSON as it went in. */
export function assertJson(value: unknown, depth = 0): asserts value is JsonValue {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid('a number is not finite');
    return;
  }
  if (typeof value !== 'object') throw invalid(`a value of type ${typeof value} is not JSON`);
  if (depth >= MAX_DEPTH) throw invalid(`a value is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    // By index, because forEach and for…in would pass over holes.
    for (let index = 0; index < value.length; index += 1) assertJson(value[index], depth + 1);
    return;
  }
  if (!isPlain(value)) throw invalid('an object of a class is not JSON');
  for (const [name, part] of Object.entries(value)) {
    if (name === '__proto__') throw invalid('__proto__ cannot be the name of a field');
    assertJson(part, depth + 1);
  }
}

/** Part of every key, so it may not hold what separates the parts. */
export const assertName = (what: string, name: string): void => {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) throw invalid(`${what} is 1 to 64 of A-Z a-z 0-9 . _ -`);
};

/** A misspelt option must not pass for its default. Throws `TypeError`, as it is a mistake of the program. */
export const assertOptions = (options: object, known: readonly string[]): void => {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new TypeError(`unknown options: ${unknown.join(', ')}`);
};
