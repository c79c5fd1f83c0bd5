import { invalid } from '@verifiedfan/driver';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';

/** A dotted path leads through objects by name and through arrays by index. */
const INDEX = /^(?:0|[1-9]\d{0,6})$/;
/** What MongoDB fills up with null at most when an element far behind the end is set. */
const MAX_PADDING = 1_500_000;

/** Splits a path. Throws `validation` for what no document can hold. */
export const splitPath = (path: string): readonly string[] => {
  const segments = path.split('.');
  for (const segment of segments) {
    if (segment === '') throw invalid('a path has an empty part');
    if (segment === '__proto__') throw invalid('__proto__ cannot be the name of a field');
  }
  return segments;
};

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (object: JsonObject, name: string): JsonValue | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** Steps down by one part of a path; undefined where there is nothing. */
export const stepInto = (value: JsonValue | undefined, segment: string): JsonValue | undefined => {
  if (Array.isArray(value)) return INDEX.test(segment) ? value[Number(segment)] : undefined;
  return isObject(value) ? own(value, segment) : undefined;
};

/** The one value at a path, without going through all elements of arrays. */
export const valueAt = (document: JsonObject, segments: readonly string[]): JsonValue | undefined => {
  let value: JsonValue | undefined = document;
  for (const segment of segments) value = stepInto(value, segment);
  return value;
};

/**
 * Where a path ends, in every element of the arrays on its way; at least in one value, which is undefined where there is no such field.
 * `many` when an array was met.
 */
export const endsAt = (
  document: JsonObject,
  segments: readonly string[],
): { values: (JsonValue | undefined)[]; many: boolean } => {
  let values: (JsonValue | undefined)[] = [document];
  let many = false;
  for (const segment of segments) {
    const next: (JsonValue | undefined)[] = [];
    for (const value of values) {
      // An array has no fields of its own, and without elements it has nothing.
      if (!Array.isArray(value) || value.length === 0 || INDEX.test(segment)) next.push(stepInto(value, segment));
      if (!Array.isArray(value)) continue;
      many = true;
      for (const element of value) next.push(stepInto(element, segment));
    }
    values = next;
  }
  return { values, many };
};

/** All values that an index holds for a path: as `endsAt`, with the elements of an array at the end. */
export const valuesAt = (
  document: JsonObject,
  segments: readonly string[],
): { values: (JsonValue | undefined)[]; many: boolean } => {
  const found = endsAt(document, segments);
  let { many } = found;
  const ends = found.values.flatMap((value) => {
    if (!Array.isArray(value)) return [value];
    many = true;
    return value.length === 0
      ? [value]
      : value.flatMap((element) => (Array.isArray(element) ? [element, ...element] : [element]));
  });
  return { values: ends, many };
};

/** Where a path ends: an object and a name, or an array and an index. */
type Place = { get(): JsonValue | undefined; set(value: JsonValue): void; unset(): void };

const placeInArray = (array: JsonValue[], segment: string): Place => {
  if (!INDEX.test(segment)) throw invalid('a path names a field of an array');
  const index = Number(segment);
  return {
    get: () => array[index],
    set(value) {
      if (index > array.length + MAX_PADDING) throw invalid('a path leads too far behind the end of an array');
      while (array.length < index) array.push(null);
      array[index] = value;
    },
    // Removing an element would move the others; MongoDB leaves null.
    unset: () => {
      if (index < array.length) array[index] = null;
    },
  };
};

const placeInObject = (object: JsonObject, name: string): Place => ({
  get: () => own(object, name),
  set: (value) => {
    object[name] = value;
  },
  unset: () => {
    delete object[name];
  },
});

const placeIn = (container: JsonValue | undefined, segment: string): Place => {
  if (Array.isArray(container)) return placeInArray(container, segment);
  if (isObject(container)) return placeInObject(container, segment);
  throw invalid('a path leads through a value that is neither an object nor an array');
};

/** Finds the end of a path, making missing objects on the way. Throws `validation` when something else is in the way. */
export const makePlace = (document: JsonObject, segments: readonly string[]): Place => {
  let container: JsonValue = document;
  for (const segment of segments.slice(0, -1)) {
    const place = placeIn(container, segment);
    const next: JsonValue = place.get() ?? {};
    if (place.get() === null) throw invalid('a path leads through a value that is neither an object nor an array');
    if (place.get() === undefined) place.set(next);
    container = next;
  }
  return placeIn(container, segments.at(-1) ?? '');
};

/** Removes what is at a path; nothing there is no error. */
export const unsetAt = (document: JsonObject, segments: readonly string[]): void => {
  const container = valueAt(document, segments.slice(0, -1));
  const last = segments.at(-1) ?? '';
  if (isObject(container) || (Array.isArray(container) && INDEX.test(last))) placeIn(container, last).unset();
};
