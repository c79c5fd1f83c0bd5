import type { JsonValue } from '@verifiedfan/ports';
import { anythingBut } from './anything-but.ts';
import { cidr } from './cidr.ts';
import { invalidPattern } from './errors.ts';
import { isObject, type Leaf, type LeafTest, type OperatorCompiler, singleEntry } from './leaf.ts';
import { numeric } from './numeric.ts';
import { equalsIgnoreCase, prefix, suffix, wildcard } from './text.ts';

/** What one field must fulfil: a value that passes `test`, or, when `absent` is set, no value at all. */
export type LeafRule = { test: LeafTest; absent: boolean };

const OPERATORS = new Map<string, OperatorCompiler>([
  ['prefix', prefix],
  ['suffix', suffix],
  ['equals-ignore-case', equalsIgnoreCase],
  ['wildcard', wildcard],
  ['numeric', numeric],
  ['cidr', cidr],
  ['anything-but', anythingBut],
]);

/** Names of operators, which a field inside `$or` may not have. */
export const OPERATOR_NAMES: ReadonlySet<string> = new Set([...OPERATORS.keys(), 'exists', 'exactly']);

const compileOperator = (operator: string, operand: JsonValue, path: string): LeafTest => {
  const compile = OPERATORS.get(operator);
  if (compile === undefined) throw invalidPattern(path, `unknown operator ${operator}`);
  return compile(operand, path);
};

/** Most rules are one or a few literals, so these are compared without a call per alternative. */
const anyOf = (literals: ReadonlySet<Leaf>, tests: readonly LeafTest[]): LeafTest => {
  const [only] = literals;
  const [first, ...more] = tests;
  if (first === undefined) return literals.size === 1 ? (leaf) => leaf === only : (leaf) => literals.has(leaf);
  if (more.length === 0 && literals.size === 0) return first;
  return (leaf) => literals.has(leaf) || tests.some((test) => test(leaf));
};

const always: LeafTest = () => true;

/** Compiles the array of a field; its members are alternatives. */
export const compileRule = (alternatives: readonly JsonValue[], path: string): LeafRule => {
  const literals = new Set<Leaf>();
  const tests: LeafTest[] = [];
  let absent = false;
  for (const alternative of alternatives) {
    if (Array.isArray(alternative)) throw invalidPattern(path, 'an array inside the array of a field');
    if (!isObject(alternative)) {
      literals.add(alternative);
      continue;
    }
    const [operator, operand] = singleEntry(alternative, path);
    if (operator !== 'exists') tests.push(compileOperator(operator, operand, path));
    else if (operand === true) tests.push(always);
    else if (operand === false) absent = true;
    else throw invalidPattern(path, 'exists takes true or false');
  }
  if (alternatives.length === 0) throw invalidPattern(path, 'an empty array matches nothing');
  return { test: anyOf(literals, tests), absent };
};
