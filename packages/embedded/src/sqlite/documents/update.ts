import { invalid } from '@verifiedfan/driver';
import type { Document, Filter, JsonObject, JsonValue, UpdateOperators } from '@verifiedfan/ports';
import { compareValues } from './compare.ts';
import { isObject, makePlace, splitPath, unsetAt, valueAt } from './paths.ts';
import { takenFrom } from './pull.ts';
import { pushInto } from './push.ts';
import type { QueryLanguage } from './query-language.ts';
import { assertUpdate, isPositional, pathsOf } from './update-grammar.ts';

export type UpdateOptions = {
  document: Document;
  operators: UpdateOperators;
  /** What positional paths refer to. */
  filter: Filter;
  /** The document is being made by an upsert, so `$setOnInsert` counts. */
  inserting: boolean;
  language: QueryLanguage;
};

/** Works out the new value at a path; undefined leaves it alone. */
type Change = (stored: JsonValue | undefined, value: JsonValue) => JsonValue | undefined;

const calculate =
  (work: (stored: number, value: number) => number): Change =>
  (stored = 0, value) => {
    if (typeof stored !== 'number' || typeof value !== 'number')
      throw invalid('an operator for numbers meets something else');
    const result = work(stored, value);
    if (!Number.isFinite(result)) throw invalid('a number is not finite');
    return result;
  };

const replaceIf =
  (better: (order: number) => boolean): Change =>
  (stored, value) =>
    stored === undefined || better(compareValues(value, stored)) ? value : undefined;

// Written here, because mingo passes silently over what MongoDB refuses: adding to a text, pushing into a number, a scalar on the path.
const CHANGES: Readonly<Record<string, Change>> = {
  $set: (_stored, value) => value,
  $setOnInsert: (_stored, value) => value,
  $inc: calculate((stored, value) => stored + value),
  $mul: calculate((stored, value) => stored * value),
  $min: replaceIf((order) => order < 0),
  $max: replaceIf((order) => order > 0),
  $push: (stored, value) => pushInto(stored, value, 'all'),
  $addToSet: (stored, value) => pushInto(stored, value, 'new'),
};
/** Left to mingo, after a look at what they meet. */
const BY_LANGUAGE: ReadonlySet<string> = new Set(['$rename', '$bit']);
const TAKING: ReadonlySet<string> = new Set(['$pull', '$pullAll', '$pop']);

const changeId = ({ document, inserting }: UpdateOptions, value: JsonValue): void => {
  if (inserting && document._id === undefined) document._id = value as string;
  else if (document._id !== value) throw invalid('_id cannot be changed');
};

const applyHere = (options: UpdateOptions, operator: string, path: string, value: JsonValue): void => {
  const { document, language } = options;
  const segments = splitPath(path);
  if (segments[0] === '_id') {
    if (operator !== '$set' && operator !== '$setOnInsert') throw invalid('_id cannot be changed');
    changeId(options, value);
  } else if (operator === '$unset') {
    unsetAt(document, segments);
  } else if (TAKING.has(operator)) {
    const left = takenFrom(valueAt(document, segments), { operator, operand: value, language });
    if (left !== undefined) makePlace(document, segments).set(left);
  } else {
    const place = makePlace(document, segments);
    const next = CHANGES[operator]?.(place.get(), value);
    if (next !== undefined) place.set(next);
  }
};

const checkForLanguage = (operator: string, fields: JsonObject): void => {
  for (const path of pathsOf(operator, fields)) {
    if (isPositional(path)) {
      if (operator === '$setOnInsert') throw invalid('$setOnInsert takes no positional path');
      continue;
    }
    if (splitPath(path)[0] === '_id') throw invalid('_id cannot be changed');
  }
};

const isForLanguage = (operator: string, fields: JsonObject): boolean =>
  (BY_LANGUAGE.has(operator) && Object.keys(fields).length > 0) || Object.keys(fields).some(isPositional);

/** Applies update operators to a document in place. Throws `validation`; the document is then half changed and to be dropped. */
export const applyUpdate = (options: UpdateOptions): void => {
  const { document, operators, filter, inserting, language } = options;
  assertUpdate(operators);
  const byLanguage: JsonObject = {};
  const here: [operator: string, path: string, value: JsonValue][] = [];
  for (const [operator, fields] of Object.entries(operators)) {
    if (!isObject(fields)) continue;
    if (isForLanguage(operator, fields)) {
      checkForLanguage(operator, fields);
      byLanguage[operator] = fields;
    } else if (operator !== '$setOnInsert' || inserting) {
      for (const path in fields) here.push([operator, path, fields[path] ?? null]);
    }
  }
  // First, and at once: a positional path needs a document that still matches the filter.
  const operatorsLeft = Object.values(byLanguage);
  if (operatorsLeft.length > 0) {
    const positional = operatorsLeft.some((fields) => isObject(fields) && Object.keys(fields).some(isPositional));
    language.update(document, byLanguage, positional ? filter : {});
  }
  for (const [operator, path, value] of here) applyHere(options, operator, path, value);
};
