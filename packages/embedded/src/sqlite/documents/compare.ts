import type { JsonValue } from '@verifiedfan/ports';

const FIRST_SURROGATE = 0xd800;
const BEHIND_SURROGATES = 0xe000;

/** Moves surrogates behind the other code units, which is where UTF-8 has them. */
const rankOfUnit = (unit: number): number => {
  if (unit < FIRST_SURROGATE) return unit;
  return unit >= BEHIND_SURROGATES ? unit - 0x800 : unit + 0x2000;
};

/** Orders texts by their UTF-8 bytes, as MongoDB and SQLite do; `<` of JavaScript orders by UTF-16. */
export const compareText = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rankOfUnit(left) - rankOfUnit(right);
  }
  return a.length - b.length;
};

/** https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/; a missing field counts as null. */
const rankOfType = (value: JsonValue | undefined): number => {
  if (value === undefined || value === null) return 1;
  if (typeof value === 'number') return 2;
  if (typeof value === 'string') return 3;
  if (typeof value === 'boolean') return 8;
  return Array.isArray(value) ? 5 : 4;
};

const compareArrays = (a: readonly JsonValue[], b: readonly JsonValue[]): number => {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const order = compareValues(a[index], b[index]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

const compareObjects = (a: { [field: string]: JsonValue }, b: { [field: string]: JsonValue }): number => {
  const [left, right] = [Object.entries(a), Object.entries(b)];
  for (const [index, [name, value]] of left.entries()) {
    const other = right[index];
    if (!other) return 1;
    const order =
      rankOfType(value) - rankOfType(other[1]) || compareText(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
};

/** Orders any two values as MongoDB does. */
export const compareValues = (a: JsonValue | undefined, b: JsonValue | undefined): number => {
  const order = rankOfType(a) - rankOfType(b);
  if (order !== 0) return order;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  if (a && b && typeof a === 'object' && typeof b === 'object' && !Array.isArray(a) && !Array.isArray(b))
    return compareObjects(a, b);
  return 0;
};
