import { invalid } from '@verifiedfan/driver';
import type { IndexDefinition, JsonObject, JsonValue } from '@verifiedfan/ports';
import { valuesAt } from './paths.ts';

/** A value as it stands in an index table. */
export type IndexValue = number | string | Uint8Array;
export type IndexKey = readonly IndexValue[];
export type DocumentKeys = { keys: readonly IndexKey[]; many: boolean };

/** Stands for null and for a missing field: below every number that JSON has, and never null, so that it can be part of a primary key. */
export const NOTHING = Number.NEGATIVE_INFINITY;

const bytesOf = (rank: number, value: JsonValue): Uint8Array =>
  Buffer.from(`${String.fromCharCode(rank)}${JSON.stringify(value)}`);

/**
 * Turns a value into one that SQLite orders as MongoDB would: numbers before text before bytes, and among bytes objects before
 * arrays before booleans.
 */
export const encodeValue = (value: JsonValue | undefined): IndexValue => {
  if (value === undefined || value === null) return NOTHING;
  if (typeof value === 'number') return value;
  // Text that is not valid Unicode would be stored as replacement characters, and unlike texts would be equal.
  if (typeof value === 'string') return value.isWellFormed() ? value : bytesOf(4, value);
  if (typeof value === 'boolean') return bytesOf(3, Number(value));
  return bytesOf(Array.isArray(value) ? 2 : 1, value);
};

const sameValue = (a: IndexValue | undefined, b: IndexValue | undefined): boolean =>
  a === b || (a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0);

export const sameKey = (a: IndexKey, b: IndexKey): boolean => a.every((value, index) => sameValue(value, b[index]));

const withoutRepeats = (keys: readonly IndexKey[]): IndexKey[] =>
  keys.filter((key, index) => keys.findIndex((other) => sameKey(key, other)) === index);

const combine = (lists: readonly (readonly IndexValue[])[]): IndexKey[] => {
  let keys: IndexKey[] = [[]];
  for (const list of lists) keys = keys.flatMap((key) => list.map((value) => [...key, value]));
  return keys;
};

/** As MongoDB's `$type` has it: text, or an array with text in it. */
const holdsText = (document: JsonObject, path: readonly string[]): boolean =>
  valuesAt(document, path).values.some((value) => typeof value === 'string');

/** Makes the function that finds the keys under which a document stands in an index. An empty answer: not at all. */
export const createKeyReader = ({
  fields,
  onlyWhereString,
  name,
}: IndexDefinition): ((document: JsonObject) => DocumentKeys) => {
  const paths = fields.map(([path]) => path.split('.'));
  const guard = onlyWhereString?.split('.');
  return (document) => {
    if (guard && !holdsText(document, guard)) return { keys: [], many: false };
    const simple: IndexValue[] = [];
    for (const path of paths) {
      // The frequent case: a scalar, with no array on the way.
      const value =
        path.length === 1 && path[0] !== undefined && Object.hasOwn(document, path[0]) ? document[path[0]] : undefined;
      if (path.length > 1 || Array.isArray(value)) break;
      simple.push(encodeValue(value));
    }
    if (simple.length === paths.length) return { keys: [simple], many: false };
    const found = paths.map((path) => valuesAt(document, path));
    const many = found.filter((one) => one.many);
    // As in MongoDB: the combinations of two arrays would grow without bound.
    if (many.length > 1) throw invalid(`the index ${name} would have to combine two arrays of one document`);
    return { keys: withoutRepeats(combine(found.map(({ values }) => values.map(encodeValue)))), many: many.length > 0 };
  };
};
