import type { JsonValue } from './json.ts';

/** A cached value with the version it was stored under. */
export type CacheEntry = { value: JsonValue; version: number };

export type CacheSetOptions = {
  /** Life of the entry in milliseconds, greater than 0, counted from the call. */
  ttlMs: number;
  /**
   * The version of the cached thing. A set with a version lower than the stored one (or than the tombstone of a deletion) is
   * refused, so a slow writer cannot bring back an older value. Without a version every set wins. Versions are whole and >= 1.
   */
  version?: number;
};

/** Values that may be forgotten at any time. Keys are at most 512 bytes; an expired entry is never returned. */
export interface Cache {
  get(key: string): Promise<CacheEntry | undefined>;
  /** Returns false when the stored version, or a tombstone, is newer. An equal version is written again. */
  set(key: string, value: JsonValue, options: CacheSetOptions): Promise<boolean>;
  /**
   * Removes the entry. With `version` a tombstone stays for `tombstoneMs` (default 60,000) that refuses every older set.
   * An unknown key is not an error.
   */
  delete(key: string, options?: { version?: number; tombstoneMs?: number }): Promise<void>;
}
