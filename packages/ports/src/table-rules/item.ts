import { invalid, tooLarge } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { Item, Key } from '../table.ts';

export const MAX_ITEM_BYTES = 400 * 1_024;
/** Lists and maps inside each other: what they hold is DynamoDB's 32nd level, and DynamoDB Local refuses an empty list there, too. */
const MAX_NESTING = 31;
const MAX_KEY_BYTES = { PK: 2_048, SK: 1_024 };
const MAX_NAME_BYTES = 65_535;

/** What a walk over attributes found out. One object serves many walks. */
export type Walk = {
  /** Never less than the size in bytes. */
  mostBytes: number;
  /** Something would come back from JSON as an equal value that is not the same: -0, or an object without a prototype. */
  differs: boolean;
};

const byteLength = (text: string): number => Buffer.byteLength(text);

/** Checks one half of a key: text with the length in bytes that DynamoDB allows. */
export const assertKeyPart = (part: 'PK' | 'SK', value: unknown): void => {
  const most = MAX_KEY_BYTES[part];
  // A UTF-16 unit is at most three bytes, so most keys need no counting.
  const tooLong = (text: string): boolean => text.length * 3 > most && byteLength(text) > most;
  if (typeof value !== 'string' || value === '' || tooLong(value) || !value.isWellFormed()) {
    throw invalid(`${part} is well-formed text of 1 to ${most.toLocaleString('en')} bytes`);
  }
};

export const assertKey = (key: Key): void => {
  assertKeyPart('PK', key.PK);
  assertKeyPart('SK', key.SK);
};

const checkNumber = (value: number, walk: Walk, attribute: string): void => {
  walk.mostBytes += 21;
  if (value === 0) {
    if (Object.is(value, -0)) walk.differs = true;
    return;
  }
  const size = Math.abs(value);
  // The range of DynamoDB's numbers; NaN fails both comparisons.
  if (!(size >= 1e-130 && size < 1e126)) throw invalid(`attribute ${attribute} is outside the range of numbers`);
};

const checkObject = (value: object, walk: Walk, attribute: string, depth: number): void => {
  if (depth > MAX_NESTING) throw invalid(`attribute ${attribute} is nested in more than ${MAX_NESTING} lists and maps`);
  walk.mostBytes += 3;
  if (Array.isArray(value)) {
    for (const inner of value) checkValue(inner, walk, attribute, depth + 1);
    walk.mostBytes += value.length;
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // Dates, Maps and instances of classes would come back as something else.
  if (prototype !== Object.prototype && prototype !== null)
    throw invalid(`attribute ${attribute} holds an object that is not plain`);
  if (prototype === null) walk.differs = true;
  for (const name in value) {
    walk.mostBytes += name.length * 3 + 1;
    checkValue((value as Record<string, unknown>)[name], walk, attribute, depth + 1);
  }
};

const checkValue = (value: unknown, walk: Walk, attribute: string, depth: number): void => {
  if (typeof value === 'string') walk.mostBytes += value.length * 3;
  else if (typeof value === 'number') checkNumber(value, walk, attribute);
  else if (typeof value === 'object' && value !== null) checkObject(value, walk, attribute, depth);
  else if (typeof value === 'boolean' || value === null) walk.mostBytes += 1;
  else
    throw invalid(
      `attribute ${attribute} holds ${value === undefined ? 'undefined' : `a ${typeof value}`}, which is not JSON`,
    );
};

export const assertName = (name: string): void => {
  // Assigning to __proto__ would change the object's prototype instead of an attribute.
  if (name === '' || name === '__proto__') throw invalid('an attribute needs a name, and __proto__ cannot be one');
  if (name.length * 3 > MAX_NAME_BYTES && byteLength(name) > MAX_NAME_BYTES)
    throw invalid('an attribute name has at most 65,535 bytes');
};

/** Checks names and values of attributes: JSON only, nesting, number range. */
export const checkAttributes = (attributes: Readonly<Record<string, unknown>>, walk: Walk): void => {
  for (const name in attributes) {
    assertName(name);
    walk.mostBytes += name.length * 3;
    checkValue(attributes[name], walk, name, 1);
  }
};

/** Replaces a value by what a reader of the store would get. */
export const throughJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const significantDigits = (value: number): number =>
  value.toExponential().replace(/e.*$/, '').replace(/\D/g, '').replace(/0+$/, '').length;

const valueBytes = (value: JsonValue): number => {
  if (typeof value === 'string') return byteLength(value);
  if (typeof value === 'number') return Math.ceil(significantDigits(value) / 2) + 1;
  if (value === null || typeof value === 'boolean') return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, inner) => sum + 1 + valueBytes(inner), 3);
  return Object.entries(value).reduce((sum, [name, inner]) => sum + 1 + byteLength(name) + valueBytes(inner), 3);
};

/**
 * The size of an item as DynamoDB counts: names and values, a list or map 3 bytes and 1 for each element, a number 1 byte and 1 for each
 * two significant digits. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const itemBytes = (item: Item): number => {
  let bytes = 0;
  for (const name in item) bytes += byteLength(name) + valueBytes(item[name] ?? null);
  return bytes;
};

/** Refuses an item over 400 KB. `mostBytes` is a quick upper bound; only above it the item is counted. */
export const assertItemSize = (item: Item, mostBytes: number): void => {
  if (mostBytes > MAX_ITEM_BYTES && itemBytes(item) > MAX_ITEM_BYTES) {
    throw tooLarge(`an item is at most ${MAX_ITEM_BYTES.toLocaleString('en')} bytes with its attribute names`);
  }
};
