import type { CacheEntry, JsonValue } from '@verifiedfan/ports';

/** What stands in the cache: until when it is fresh, and the value, or nothing where it is known that there is none. */
export type Entry<Value> = { freshUntilMs: number; found: { value: Value } | undefined; version: number };

export const encodeEntry = <Value>(freshUntilMs: number, found: { value: Value } | undefined): JsonValue =>
  ({ until: freshUntilMs, ...(found === undefined ? {} : { value: found.value }) }) as JsonValue;

/** Undefined for what is not there and for what somebody else put there. */
export const decodeEntry = <Value>(stored: CacheEntry | undefined): Entry<Value> | undefined => {
  const { value: body, version = 0 } = stored ?? {};
  if (typeof body !== 'object' || body === null || Array.isArray(body) || typeof body.until !== 'number')
    return undefined;
  const found = Object.hasOwn(body, 'value') ? { value: body.value as Value } : undefined;
  return { freshUntilMs: body.until, found, version };
};
