import type { JsonValue } from '@verifiedfan/ports';
import { invalidPattern } from './errors.ts';
import type { OperatorCompiler } from './leaf.ts';

const COMPARISONS = {
  '<': (bound: number) => (value: number) => value < bound,
  '<=': (bound: number) => (value: number) => value <= bound,
  '>': (bound: number) => (value: number) => value > bound,
  '>=': (bound: number) => (value: number) => value >= bound,
  '=': (bound: number) => (value: number) => value === bound,
};
type Comparison = keyof typeof COMPARISONS;
type Bound = { comparison: Comparison; value: number };

const isComparison = (value: JsonValue | undefined): value is Comparison =>
  typeof value === 'string' && Object.hasOwn(COMPARISONS, value);

const readBounds = (operand: JsonValue, path: string): [first: Bound, second: Bound | undefined] => {
  const terms = Array.isArray(operand) ? operand : [];
  const bounds: Bound[] = [];
  for (let at = 0; at < terms.length; at += 2) {
    const comparison = terms[at];
    const value = terms[at + 1];
    if (!isComparison(comparison)) throw invalidPattern(path, 'numeric knows the operators < <= > >= =');
    if (typeof value !== 'number') throw invalidPattern(path, `numeric ${comparison} takes a number`);
    bounds.push({ comparison, value });
  }
  const [first, second, ...more] = bounds;
  if (first === undefined || more.length > 0) {
    throw invalidPattern(path, 'numeric takes an array of an operator and a number, or of two such pairs');
  }
  return [first, second];
};

/**
 * `["=", 1]`, one bound, or a lower bound followed by a greater upper bound: that order is part of AWS's grammar. A numeric string
 * never matches, so `N` of typed DynamoDB JSON, which is text, can only be compared as text.
 */
export const numeric: OperatorCompiler = (operand, path) => {
  const [first, second] = readBounds(operand, path);
  const meets = COMPARISONS[first.comparison](first.value);
  if (second === undefined) return (leaf) => typeof leaf === 'number' && meets(leaf);
  if (!first.comparison.startsWith('>') || !second.comparison.startsWith('<') || first.value >= second.value) {
    throw invalidPattern(path, 'a numeric range is a lower bound followed by a greater upper bound');
  }
  const meetsToo = COMPARISONS[second.comparison](second.value);
  return (leaf) => typeof leaf === 'number' && meets(leaf) && meetsToo(leaf);
};
