import { invalid } from '@verifiedfan/driver';
import type { Filter, JsonObject, JsonValue } from '@verifiedfan/ports';
import { assertName } from '../checks.ts';
import { isObject, makePlace, splitPath } from './paths.ts';
import type { QueryLanguage } from './query-language.ts';

/** A value an index can be asked for by equality. Null is left out: it also means that the field is missing. */
export type IndexedScalar = string | number | boolean;

/** What a filter says about one field for certain; enough to narrow down, never the whole filter. */
export type Constraint = {
  equals?: readonly IndexedScalar[];
  low?: { value: string | number; inclusive: boolean };
  high?: { value: string | number; inclusive: boolean };
};

export type CompiledFilter = {
  readonly source: Filter;
  matches(document: JsonObject): boolean;
  /** By path. */
  readonly constraints: ReadonlyMap<string, Constraint>;
  /** The constraints, all of them one equality, say everything the filter says. */
  readonly plain: boolean;
};

const MAX_LISTED = 1_000;

const isScalar = (value: JsonValue | undefined): value is IndexedScalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
const isLimit = (value: JsonValue): value is string | number => typeof value === 'string' || typeof value === 'number';
export const isOperators = (value: JsonValue | undefined): value is JsonObject =>
  isObject(value) && Object.keys(value).some((name) => name.startsWith('$'));

const addOperator = (constraint: Constraint, operator: string, value: JsonValue): void => {
  if (operator === '$eq' && isScalar(value)) constraint.equals ??= [value];
  else if (operator === '$in' && Array.isArray(value) && value.length <= MAX_LISTED && value.every(isScalar))
    constraint.equals ??= value;
  else if (!isLimit(value)) return;
  else if (operator === '$gt') constraint.low ??= { value, inclusive: false };
  else if (operator === '$gte') constraint.low ??= { value, inclusive: true };
  else if (operator === '$lt') constraint.high ??= { value, inclusive: false };
  else if (operator === '$lte') constraint.high ??= { value, inclusive: true };
};

const collect = (filter: Filter, constraints: Map<string, Constraint>): void => {
  for (const [name, value] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(value))
      for (const part of value) if (isObject(part)) collect(part, constraints);
    if (name.startsWith('$')) continue;
    const constraint = constraints.get(name) ?? {};
    if (isScalar(value)) constraint.equals ??= [value];
    else if (isOperators(value))
      for (const [operator, limit] of Object.entries(value)) addOperator(constraint, operator, limit);
    constraints.set(name, constraint);
  }
};

const isPlain = (filter: Filter): boolean => {
  for (const name in filter) if (name.startsWith('$') || name.includes('.') || !isScalar(filter[name])) return false;
  return true;
};

/**
 * Compiles a filter. Equality of top-level fields with scalars, by far the most frequent filter, is tested here; everything else, and
 * every array or object that is met, goes to the query language.
 */
export const compileFilter = (filter: Filter, language: QueryLanguage): CompiledFilter => {
  if (!isObject(filter)) throw invalid('a filter must be an object');
  const plain = isPlain(filter);
  let full = plain ? undefined : language.compile(filter);
  let constraints: Map<string, Constraint> | undefined;

  const matchesPlain = (document: JsonObject): boolean => {
    for (const name in filter) {
      const stored = document[name];
      if (typeof stored === 'object' && stored !== null) {
        full ??= language.compile(filter);
        return full(document);
      }
      if (stored !== filter[name]) return false;
    }
    return true;
  };

  return {
    source: filter,
    matches: full ?? matchesPlain,
    plain,
    get constraints() {
      if (constraints) return constraints;
      constraints = new Map();
      collect(filter, constraints);
      return constraints;
    },
  };
};

const setEqualities = (filter: Filter, base: JsonObject): void => {
  for (const [name, value] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(value))
      for (const part of value) if (isObject(part)) setEqualities(part, base);
    if (name.startsWith('$')) continue;
    const equal = isOperators(value) ? value.$eq : value;
    if (equal === undefined) continue;
    const place = makePlace(base, splitPath(name));
    if (place.get() !== undefined) throw invalid('the filter gives a field of the new document twice');
    place.set(structuredClone(equal));
  }
};

/** The fields of a new document that an upsert takes from its filter. */
export const baseOfUpsert = (filter: Filter): JsonObject => {
  const base: JsonObject = {};
  setEqualities(filter, base);
  return base;
};

/** The ids a filter asks for, when it asks by id. */
export const idsOf = (filter: CompiledFilter): readonly IndexedScalar[] | undefined => {
  const { _id } = filter.source;
  // The constraints are collected only when they are read, and most filters by id need none.
  return isScalar(_id) ? [_id] : filter.constraints.get('_id')?.equals;
};

/** Refuses an `_id` that is no text of 1 to 512 bytes. */
export function assertId(id: JsonValue | undefined): asserts id is string {
  assertName('_id', id, 512);
}
