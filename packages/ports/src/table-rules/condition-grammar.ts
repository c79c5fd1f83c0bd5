import type { Scalar } from '../condition.ts';
import { invalid } from '../errors.ts';
import { compareUtf8 } from './same-json.ts';

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
/** DynamoDB refuses ends of unlike types, and ends the wrong way round: such a condition could never hold. */
const between = (operand: unknown): string => {
  const name = tuple(operand, 2, isOrdered);
  const [, low, high] = operand as [string, string | number, string | number];
  if (typeof low !== typeof high) throw invalid('between needs two ends of one type');
  const order =
    typeof low === 'string' && typeof high === 'string' ? compareUtf8(low, high) : Number(low) - Number(high);
  if (order > 0) throw invalid('between needs its lower end first');
  return name;
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
  between,
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
