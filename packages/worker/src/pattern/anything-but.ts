import type { JsonValue } from '@verifiedfan/ports';
import { invalidPattern } from './errors.ts';
import { isObject, type LeafTest, type OperatorCompiler, singleEntry, textOperand } from './leaf.ts';
import { equalsIgnoreCase, prefix, suffix, wildcard } from './text.ts';

const listOf = (operand: JsonValue): readonly JsonValue[] => (Array.isArray(operand) ? operand : [operand]);

const excludedValues = (operand: JsonValue, path: string): LeafTest => {
  const values = listOf(operand);
  const type = typeof values[0];
  if ((type !== 'string' && type !== 'number') || values.some((value) => typeof value !== type)) {
    throw invalidPattern(path, 'anything-but takes strings only or numbers only');
  }
  const excluded: ReadonlySet<unknown> = new Set(values);
  return (leaf) => !excluded.has(leaf);
};

/** Here a prefix or suffix must be plain text that is not empty; on its own it may be empty or ignore case. */
const plainAffix =
  (operator: string, compile: OperatorCompiler): OperatorCompiler =>
  (operand, path) => {
    const text = textOperand(operator, operand, path);
    if (text === '') throw invalidPattern(path, `anything-but takes no empty ${operator}`);
    return compile(text, path);
  };

const COMBINABLE = new Map<string, OperatorCompiler>([
  ['prefix', plainAffix('prefix', prefix)],
  ['suffix', plainAffix('suffix', suffix)],
  ['wildcard', wildcard],
  ['equals-ignore-case', equalsIgnoreCase],
]);

/** Needs the field to be there; null and values of another type match, because they are something else. */
export const anythingBut: OperatorCompiler = (operand, path) => {
  if (!isObject(operand)) return excludedValues(operand, path);
  const [operator, values] = singleEntry(operand, path);
  const compile = COMBINABLE.get(operator);
  if (compile === undefined) throw invalidPattern(path, `anything-but cannot be combined with ${operator}`);
  const tests = listOf(values).map((value) => compile(value, path));
  if (tests.length === 0) throw invalidPattern(path, 'an empty array matches nothing');
  return (leaf) => !tests.some((test) => test(leaf));
};
