import type { Condition, Item, JsonValue, Scalar } from '@verifiedfan/ports';
import { invalid } from './errors.ts';
import { compareUtf8 } from './json.ts';

/** Named by hand so that an inherited name such as `constructor` is not taken for an attribute. */
const attribute = (item: Item | undefined, name: string): JsonValue | undefined =>
  item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;

/** Negative, 0 or positive; undefined when the two are of different types, or of one that has no order. */
const compare = (value: JsonValue | undefined, other: Scalar): number | undefined => {
  if (typeof value === 'string' && typeof other === 'string') return compareUtf8(value, other);
  if (typeof value === 'number' && typeof other === 'number') return value - other;
  return undefined;
};

const isBetween = (value: JsonValue | undefined, low: Scalar, high: Scalar): boolean => {
  const above = compare(value, low);
  const below = compare(value, high);
  return above !== undefined && below !== undefined && above >= 0 && below <= 0;
};

const contains = (value: JsonValue | undefined, part: Scalar): boolean => {
  if (Array.isArray(value)) return value.includes(part);
  return typeof value === 'string' && typeof part === 'string' && value.includes(part);
};

/** Whether a condition, already checked, holds for a row; undefined is a row that does not exist. */
export const holds = (condition: Condition, item: Item | undefined): boolean => {
  if ('exists' in condition) return attribute(item, condition.exists) !== undefined;
  if ('absent' in condition) return attribute(item, condition.absent) === undefined;
  if ('equals' in condition) return attribute(item, condition.equals[0]) === condition.equals[1];
  if ('notEquals' in condition) return attribute(item, condition.notEquals[0]) !== condition.notEquals[1];
  if ('all' in condition) return condition.all.every((inner) => holds(inner, item));
  if ('any' in condition) return condition.any.some((inner) => holds(inner, item));
  if ('not' in condition) return !holds(condition.not, item);
  if ('less' in condition) return (compare(attribute(item, condition.less[0]), condition.less[1]) ?? 0) < 0;
  if ('greater' in condition) return (compare(attribute(item, condition.greater[0]), condition.greater[1]) ?? 0) > 0;
  if ('lessOrEqual' in condition)
    return (compare(attribute(item, condition.lessOrEqual[0]), condition.lessOrEqual[1]) ?? 1) <= 0;
  if ('greaterOrEqual' in condition) {
    return (compare(attribute(item, condition.greaterOrEqual[0]), condition.greaterOrEqual[1]) ?? -1) >= 0;
  }
  if ('between' in condition)
    return isBetween(attribute(item, condition.between[0]), condition.between[1], condition.between[2]);
  if ('oneOf' in condition) {
    const value = attribute(item, condition.oneOf[0]);
    return condition.oneOf[1].some((one) => one === value);
  }
  if ('beginsWith' in condition) {
    const value = attribute(item, condition.beginsWith[0]);
    return typeof value === 'string' && value.startsWith(condition.beginsWith[1]);
  }
  return contains(attribute(item, condition.contains[0]), condition.contains[1]);
};

const isScalar = (value: unknown): value is Scalar =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));
const isOrdered = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));

const tuple = (operand: unknown, length: number, isOperand: (value: unknown) => boolean): string => {
  const [name, ...values] = Array.isArray(operand) ? (operand as unknown[]) : [];
  if (typeof name !== 'string' || values.length !== length || !values.every(isOperand))
    throw invalid('a condition has a wrong operand');
  return name;
};
const named = (operand: unknown): string => {
  if (typeof operand !== 'string') throw invalid('a condition names no attribute');
  return operand;
};
const isOperandList = (value: unknown): boolean =>
  Array.isArray(value) && value.length >= 1 && value.length <= 100 && value.every(isScalar);

/** The grammar of every comparison: answers the attribute that it names. DynamoDB has no order for booleans and null. */
const GRAMMAR: Readonly<Record<string, (operand: unknown) => string>> = {
  exists: named,
  absent: named,
  equals: (operand) => tuple(operand, 1, isScalar),
  notEquals: (operand) => tuple(operand, 1, isScalar),
  less: (operand) => tuple(operand, 1, isOrdered),
  lessOrEqual: (operand) => tuple(operand, 1, isOrdered),
  greater: (operand) => tuple(operand, 1, isOrdered),
  greaterOrEqual: (operand) => tuple(operand, 1, isOrdered),
  between: (operand) => tuple(operand, 2, isOrdered),
  oneOf: (operand) => tuple(operand, 1, isOperandList),
  beginsWith: (operand) => tuple(operand, 1, (value) => typeof value === 'string'),
  contains: (operand) => tuple(operand, 1, isScalar),
};

const nested = (operator: string, operand: unknown): readonly unknown[] | undefined => {
  if (operator === 'not') return [operand];
  if (operator !== 'all' && operator !== 'any') return undefined;
  if (!Array.isArray(operand) || operand.length === 0) throw invalid(`“${operator}” needs at least one condition`);
  return operand;
};

/** Checks the grammar of a condition. `forbidden` are attributes that it may not name. */
export const assertCondition = (condition: unknown, forbidden: readonly string[] = []): void => {
  if (typeof condition !== 'object' || condition === null) throw invalid('a condition is an object with one operator');
  let operators = 0;
  for (const operator in condition) {
    operators++;
    const operand = (condition as Record<string, unknown>)[operator];
    const inner = nested(operator, operand);
    if (inner) {
      for (const one of inner) assertCondition(one, forbidden);
      continue;
    }
    const grammar = Object.hasOwn(GRAMMAR, operator) ? GRAMMAR[operator] : undefined;
    if (!grammar) throw invalid('a condition has an operator that does not exist');
    const name = grammar(operand);
    if (name === '' || forbidden.includes(name)) throw invalid('a condition names an attribute that it may not name');
  }
  if (operators !== 1) throw invalid('a condition has exactly one operator');
};
