import { invalid } from '@verifiedfan/driver';
import type { JsonValue } from '@verifiedfan/ports';
import { compareText, compareValues } from './compare.ts';
import { isObject } from './paths.ts';
import type { Found, Predicate, Test } from './predicate.ts';
import { ofTypes } from './types.ts';

const isNumber = (value: unknown): value is number => typeof value === 'number';

const same = (a: Found, b: JsonValue): boolean => (a === undefined ? b === null : compareValues(a, b) === 0);

export const equalTo =
  (wanted: JsonValue): Test =>
  (value) =>
    same(value, wanted);

const listOf = (operator: string, values: JsonValue): readonly JsonValue[] => {
  if (!Array.isArray(values)) throw invalid(`${operator} needs an array`);
  if (values.some((value) => isObject(value) && Object.keys(value).some((name) => name.startsWith('$'))))
    throw invalid(`${operator} takes values, and no operators`);
  return values;
};

const anyOf = (operator: string, values: JsonValue): Test => {
  const wanted = listOf(operator, values).map(equalTo);
  return (value) => wanted.some((test) => test(value));
};

/** Values of one type are ordered, with those of others there is no order; null equals itself and what is missing. */
const inOrder =
  (limit: JsonValue, fits: (order: number) => boolean): Test =>
  (value) => {
    if (value === undefined || value === null || limit === null) return same(value, limit) && fits(0);
    if (typeof value === 'string' && typeof limit === 'string') return fits(compareText(value, limit));
    if (typeof value !== typeof limit || Array.isArray(value) !== Array.isArray(limit)) return false;
    return fits(compareValues(value, limit));
  };

const remainder = (operand: JsonValue): Test => {
  const [divisor, wanted, ...more] = Array.isArray(operand) ? operand : [];
  if (!isNumber(divisor) || !isNumber(wanted) || more.length > 0 || Math.trunc(divisor) === 0)
    throw invalid('$mod needs a divisor and a remainder');
  return (value) => isNumber(value) && Math.trunc(value) % Math.trunc(divisor) === Math.trunc(wanted);
};

const sizeOf = (operand: JsonValue): Test => {
  if (!isNumber(operand) || !Number.isInteger(operand) || operand < 0)
    throw invalid('$size needs a whole number from 0');
  return (value) => Array.isArray(value) && value.length === operand;
};

/** MongoDB's comparisons of a field. `$all` is not among them: it is made of several. */
export const PREDICATES: Readonly<Record<string, (operand: JsonValue) => Predicate>> = {
  $eq: (operand) => ({ test: equalTo(operand) }),
  $ne: (operand) => ({ test: equalTo(operand), nowhere: true }),
  $in: (operand) => ({ test: anyOf('$in', operand) }),
  $nin: (operand) => ({ test: anyOf('$nin', operand), nowhere: true }),
  $gt: (operand) => ({ test: inOrder(operand, (order) => order > 0) }),
  $gte: (operand) => ({ test: inOrder(operand, (order) => order >= 0) }),
  $lt: (operand) => ({ test: inOrder(operand, (order) => order < 0) }),
  $lte: (operand) => ({ test: inOrder(operand, (order) => order <= 0) }),
  $mod: (operand) => ({ test: remainder(operand) }),
  $type: (operand) => ({ test: ofTypes(operand) }),
  $size: (operand) => ({ test: sizeOf(operand), whole: true }),
  $exists: (operand) => ({ test: (value) => value !== undefined, whole: true, nowhere: !operand }),
};
