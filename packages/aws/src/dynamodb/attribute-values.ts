import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Item, type JsonValue, type Key, PortError } from '@verifiedfan/ports';

/**
 * JSON values as DynamoDB's typed attributes and back. @aws-sdk/util-dynamodb is not used: it reads numbers above 2^53 as BigInt, which is
 * not JSON (and fails for 1e21), drops functions silently, takes `__proto__` in maps for a prototype, and makes sets, which no port knows.
 */
export type Attributes = Record<string, AttributeValue>;

const attributesOf = (object: Readonly<Record<string, JsonValue>>): Attributes =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, toAttributeValue(value)]));

/** A checked JSON value. The shortest text of a number that is read back as the same number has at most 17 digits; DynamoDB keeps 38. */
export const toAttributeValue = (value: JsonValue): AttributeValue => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  return Array.isArray(value) ? { L: value.map(toAttributeValue) } : { M: attributesOf(value) };
};

export const toAttributes = (item: Item): Attributes => attributesOf(item);

export const keyAttributes = ({ PK, SK }: Key): Attributes => ({ PK: { S: PK }, SK: { S: SK } });

/** Sets and bytes have no JSON. Only a writer that does not use this port leaves them. */
const foreign = (): PortError =>
  new PortError({ code: 'validation', message: 'a row holds a set or bytes, which are not JSON' });

export const toJson = (value: AttributeValue): JsonValue => {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(toJson);
  if (value.M !== undefined) return objectOf(value.M);
  throw foreign();
};

// fromEntries defines properties where assignment would call the setter of __proto__.
const objectOf = (attributes: Attributes): { [name: string]: JsonValue } =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toJson(value)]));

const textOf = (value: AttributeValue | undefined): string => {
  if (value?.S === undefined) throw foreign();
  return value.S;
};

/** The key that some attributes hold, among others or alone. */
export const toKey = ({ PK, SK }: Attributes): Key => ({ PK: textOf(PK), SK: textOf(SK) });

export const toItem = (attributes: Attributes): Item => ({ ...objectOf(attributes), ...toKey(attributes) });

/** The row that an answer holds, if it holds one. */
export const toItemIfAny = (attributes: Attributes | undefined): Item | undefined =>
  attributes === undefined ? undefined : toItem(attributes);
