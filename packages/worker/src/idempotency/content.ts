import type { JsonObject, JsonValue } from '@verifiedfan/ports';

const sameList = (a: readonly JsonValue[], b: readonly JsonValue[]): boolean =>
  a.length === b.length && a.every((value, index) => sameJson(value, b[index]));

/** Deep equality of JSON values; the order of attributes makes no difference, that of lists does. */
export const sameJson = (a: JsonValue | undefined, b: JsonValue | undefined): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && sameList(a, b);
  return sameContent(a, b);
};

const countKept = (item: Readonly<JsonObject>, ignored: ReadonlySet<string>): number => {
  let count = 0;
  for (const name of Object.keys(item)) if (!ignored.has(name)) count++;
  return count;
};

const NONE: ReadonlySet<string> = new Set();

/** Whether two rows hold the same, apart from the attributes that are ignored. */
export const sameContent = (
  a: Readonly<JsonObject>,
  b: Readonly<JsonObject>,
  ignored: ReadonlySet<string> = NONE,
): boolean => {
  for (const name of Object.keys(a)) {
    if (!ignored.has(name) && !(Object.hasOwn(b, name) && sameJson(a[name], b[name]))) return false;
  }
  return countKept(a, ignored) === countKept(b, ignored);
};
