import { invalid } from '@verifiedfan/driver';

const MAX_KEY_BYTES = 512;
/** Redis counts expiry in a 64-bit integer of milliseconds since 1970; this is 30,000 years. */
const MAX_LIFE_MS = 1e15;

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

/** Part of every key, so it may not hold what separates the parts. */
export const assertName = (what: string, name: string): void => {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) throw invalid(`${what} is 1 to 64 of A-Z a-z 0-9 . _ -`);
};
