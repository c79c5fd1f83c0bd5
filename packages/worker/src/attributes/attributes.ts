import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { AttributeError } from './errors.ts';
import { parseNumber, printNumber } from './number.ts';
import type { AttributeMap, AttributeValue } from './types.ts';

// Runs twice per change record, so it is one pass that allocates the result and little else.

/** Plain assignment to `__proto__` would change the prototype instead of adding an attribute. */
const assign = <Value>(target: Record<string, Value>, name: string, value: Value): void => {
  if (name !== '__proto__') target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
};

const toAttribute = (value: JsonValue): AttributeValue => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: printNumber(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  return { M: toAttributes(value) };
};

/** Writes a plain row as typed JSON. An attribute that is undefined is left out, as JSON does. */
export const toAttributes = (item: Readonly<JsonObject>): AttributeMap => {
  const attributes: AttributeMap = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) assign(attributes, name, toAttribute(value));
  }
  return attributes;
};

const textOf = (value: unknown): string => {
  if (typeof value !== 'string') throw unknownType();
  return value;
};
const listOf = (value: unknown): unknown[] => {
  if (!Array.isArray(value)) throw unknownType();
  return value;
};
const unknownType = (): AttributeError =>
  new AttributeError('unknown_type', 'an attribute value has no known type, or its value is of another type');

/** Events come from outside, so the type is checked and not only the tag. The most frequent tags are first. */
const fromAttribute = (value: unknown): JsonValue => {
  if (typeof value !== 'object' || value === null) throw unknownType();
  if ('S' in value) return textOf(value.S);
  if ('N' in value) return parseNumber(textOf(value.N));
  if ('M' in value) return fromMap(value.M);
  if ('BOOL' in value && typeof value.BOOL === 'boolean') return value.BOOL;
  if ('L' in value) return listOf(value.L).map(fromAttribute);
  if ('NULL' in value && value.NULL === true) return null;
  if ('SS' in value) return listOf(value.SS).map(textOf);
  if ('NS' in value) return listOf(value.NS).map((number) => parseNumber(textOf(number)));
  if ('B' in value) return textOf(value.B);
  if ('BS' in value) return listOf(value.BS).map(textOf);
  throw unknownType();
};

const fromMap = (attributes: unknown): JsonObject => {
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) throw unknownType();
  const item: JsonObject = {};
  for (const [name, value] of Object.entries(attributes)) assign(item, name, fromAttribute(value));
  return item;
};

/**
 * Reads typed JSON. `B` and `BS` stay base64 text and sets become arrays, because rows of the `Table` port have neither: reading
 * loses their type, and writing the result back stores strings and lists. Numbers: see `parseNumber`. Throws `AttributeError` for
 * anything that is no typed JSON.
 */
export const fromAttributes = (attributes: AttributeMap): JsonObject => fromMap(attributes);
