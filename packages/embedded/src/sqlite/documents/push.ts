import { invalid } from '@verifiedfan/driver';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { compareValues } from './compare.ts';
import { isObject, splitPath, valueAt } from './paths.ts';

type Order = (a: JsonValue, b: JsonValue) => number;

const MODIFIERS: ReadonlySet<string> = new Set(['$each', '$slice', '$sort', '$position']);

const isDirection = (value: JsonValue | undefined): value is 1 | -1 => value === 1 || value === -1;

const orderOf = (sort: JsonValue): Order => {
  if (isDirection(sort)) return (a, b) => sort * compareValues(a, b);
  if (!isObject(sort) || Object.keys(sort).length === 0) throw invalid('$sort needs 1, -1, or fields with them');
  const fields = Object.entries(sort).map(([path, direction]) => {
    if (!isDirection(direction)) throw invalid('$sort needs 1, -1, or fields with them');
    return { segments: splitPath(path), direction };
  });
  const at = (value: JsonValue, segments: readonly string[]) =>
    isObject(value) ? valueAt(value, segments) : undefined;
  return (a, b) => {
    for (const { segments, direction } of fields) {
      const order = direction * compareValues(at(a, segments), at(b, segments));
      if (order !== 0) return order;
    }
    return 0;
  };
};

const wholeOf = (modifiers: JsonObject, name: string): number | undefined => {
  const value = modifiers[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalid(`${name} needs a whole number`);
  return value;
};

const readModifiers = (value: JsonValue): JsonObject & { $each: JsonValue[] } => {
  if (!isObject(value) || !Object.hasOwn(value, '$each')) return { $each: [value] };
  const { $each } = value;
  if (!Array.isArray($each)) throw invalid('$each needs an array');
  for (const name of Object.keys(value))
    if (!MODIFIERS.has(name)) throw invalid('an unknown modifier stands beside $each');
  return { ...value, $each };
};

/** Refuses what `$push` ('all') or `$addToSet` ('new') could put into no array. */
export const assertPush = (value: JsonValue, which: 'all' | 'new'): void => {
  const modifiers = readModifiers(value);
  if (which === 'new') {
    if (Object.keys(modifiers).length > 1) throw invalid('$addToSet takes $each alone');
    return;
  }
  wholeOf(modifiers, '$position');
  wholeOf(modifiers, '$slice');
  if (modifiers.$sort !== undefined) orderOf(modifiers.$sort);
};

/** `$push` ('all') and `$addToSet` ('new') with their modifiers; the order is place, sort, cut, as MongoDB has it. */
export const pushInto = (stored: JsonValue | undefined, value: JsonValue, which: 'all' | 'new'): JsonValue[] => {
  if (stored !== undefined && !Array.isArray(stored)) throw invalid('an operator for arrays meets something else');
  assertPush(value, which);
  const modifiers = readModifiers(value);
  const array = [...(stored ?? [])];
  if (which === 'new') {
    // Equal as documents are: with the same fields in the same order.
    const known = new Set(array.map((element) => JSON.stringify(element)));
    for (const element of modifiers.$each) {
      const text = JSON.stringify(element);
      if (!known.has(text)) array.push(element);
      known.add(text);
    }
    return array;
  }
  array.splice(wholeOf(modifiers, '$position') ?? array.length, 0, ...modifiers.$each);
  if (modifiers.$sort !== undefined) array.sort(orderOf(modifiers.$sort));
  const slice = wholeOf(modifiers, '$slice');
  if (slice === undefined) return array;
  return slice < 0 ? array.slice(slice) : array.slice(0, slice);
};
