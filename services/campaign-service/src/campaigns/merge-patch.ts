import type { JsonValue } from '@verifiedfan/ports';
import { isObject } from './is-object.ts';

/** RFC 7396: null removes, objects merge, everything else (arrays too) replaces. Changes neither argument. */
export const mergePatch = (target: JsonValue | undefined, patch: JsonValue): JsonValue => {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
};
