import { assertJson, invalid } from '@verifiedfan/driver';
import type { JsonObject, JsonValue, UpdateOperators } from '@verifiedfan/ports';
import { isObject, splitPath } from './paths.ts';
import { assertPush } from './push.ts';

const OPERATORS: ReadonlySet<string> = new Set([
  ...['$set', '$setOnInsert', '$unset', '$rename', '$inc', '$mul', '$min', '$max', '$bit'],
  ...['$push', '$addToSet', '$pull', '$pullAll', '$pop'],
]);

/** The path has a `$` for what the filter found. */
export const isPositional = (path: string): boolean => path.includes('$');

/** A path and one that leads into it cannot be changed in the same update. */
const assertNoConflict = (paths: readonly string[]): void => {
  if (paths.length < 2) return;
  const sorted = [...paths].sort();
  const all = new Set(sorted);
  if (all.size < sorted.length) throw invalid('an update names a path twice');
  for (const path of sorted) {
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      if (all.has(path.slice(0, dot))) throw invalid('an update changes a path and a part of it');
    }
  }
};

/** The paths that an operator changes. */
export const pathsOf = (operator: string, fields: JsonObject): string[] => {
  const targets = operator === '$rename' ? Object.values(fields) : [];
  return [...Object.keys(fields), ...targets.filter((target) => typeof target === 'string')];
};

const assertNumber = (operand: JsonValue): void => {
  if (typeof operand !== 'number') throw invalid('an operator for numbers is given something else');
};

/** Operands that fit no document, by operator. */
const OPERANDS: Readonly<Record<string, (operand: JsonValue) => void>> = {
  $inc: assertNumber,
  $mul: assertNumber,
  $push: (operand) => assertPush(operand, 'all'),
  $addToSet: (operand) => assertPush(operand, 'new'),
  $pop(operand) {
    if (operand !== 1 && operand !== -1) throw invalid('$pop takes 1 or -1');
  },
  $pullAll(operand) {
    if (!Array.isArray(operand)) throw invalid('$pullAll needs an array');
  },
  $rename(operand) {
    if (typeof operand !== 'string') throw invalid('$rename needs a path to rename to');
    splitPath(operand);
  },
};

/**
 * Refuses what is no update, whatever the document is: something else than operators, an unknown operator, an operand that fits nothing, two
 * operators for one path.
 */
export const assertUpdate = (operators: UpdateOperators): void => {
  assertJson(operators);
  const entries = Object.entries(operators);
  if (!isObject(operators) || entries.length === 0) throw invalid('an update must be an object of operators');
  const paths: string[] = [];
  for (const [operator, fields] of entries) {
    if (!OPERATORS.has(operator)) {
      throw invalid('the update has an unknown operator, or a field outside of any');
    }
    if (!isObject(fields)) throw invalid(`${operator} needs an object of paths`);
    for (const path in fields) {
      splitPath(path);
      OPERANDS[operator]?.(fields[path] ?? null);
    }
    for (const path of pathsOf(operator, fields)) paths.push(path);
  }
  assertNoConflict(paths);
};
