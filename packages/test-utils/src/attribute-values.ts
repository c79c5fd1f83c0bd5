import type { AttributeValue } from 'aws-lambda';
import { TestUtilsError } from './errors.ts';

export type { AttributeValue };
/** An item as DynamoDB writes it in JSON: each value under the letter of its type, binaries in base64, numbers as text. */
export type TypedItem = Record<string, AttributeValue>;

/**
 * A plain item with types: text `S`, number and bigint `N`, boolean `BOOL`, null `NULL`, `Uint8Array` `B`, array `L`, object `M`, and
 * a `Set` of text, numbers or bytes `SS`, `NS`, `BS`. Members that are undefined are left out. Throws `unsupported_value` for what
 * DynamoDB cannot store: an empty or mixed set, NaN, infinity, functions, dates.
 */
export const marshall = (item: Readonly<Record<string, unknown>>): TypedItem => {
  const present = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, marshallValue(value)]));
};

/** A typed item back to plain values; the inverse of `marshall`. Numbers that JavaScript cannot hold exactly are not rounded, see below. */
export const unmarshall = (item: TypedItem): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, unmarshallValue(value)]));

export const marshallValue = (value: unknown): AttributeValue => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' || typeof value === 'bigint') return { N: decimal(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: base64(value) };
  if (value instanceof Set) return marshallSet([...value]);
  if (Array.isArray(value)) return { L: value.map(marshallValue) };
  if (isPlainObject(value)) return { M: marshall(value) };
  throw new TestUtilsError('unsupported_value', `DynamoDB has no type for a value of type ${typeof value}`);
};

const marshallSet = (members: readonly unknown[]): AttributeValue => {
  if (members.length === 0) throw new TestUtilsError('unsupported_value', 'DynamoDB has no empty sets');
  const texts = members.filter((member) => typeof member === 'string');
  if (texts.length === members.length) return { SS: texts };
  const numbers = members.filter((member) => typeof member === 'number' || typeof member === 'bigint');
  if (numbers.length === members.length) return { NS: numbers.map(decimal) };
  const binaries = members.filter((member) => member instanceof Uint8Array);
  if (binaries.length === members.length) return { BS: binaries.map(base64) };
  throw new TestUtilsError('unsupported_value', 'the members of a set must all be text, all numbers or all bytes');
};

export const unmarshallValue = (value: AttributeValue): unknown => {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.B !== undefined) return bytes(value.B);
  if (value.L !== undefined) return value.L.map(unmarshallValue);
  if (value.M !== undefined) return unmarshall(value.M);
  if (value.SS !== undefined) return new Set(value.SS);
  if (value.NS !== undefined) return new Set(value.NS.map(number));
  if (value.BS !== undefined) return new Set(value.BS.map(bytes));
  throw new TestUtilsError('unsupported_value', 'an attribute value has none of the ten types of DynamoDB');
};

const decimal = (value: number | bigint): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TestUtilsError('unsupported_value', 'DynamoDB stores finite numbers only');
  }
  return String(value);
};

/** A number where that is exact, a bigint for larger whole numbers, else the text: DynamoDB keeps 38 digits, JavaScript about 16. */
const number = (text: string): number | bigint | string => {
  const value = Number(text);
  if (Number.isSafeInteger(value) || String(value) === text) return value;
  return /^-?\d+$/.test(text) ? BigInt(text) : text;
};

const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
