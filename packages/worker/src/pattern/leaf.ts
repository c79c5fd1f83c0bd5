import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { invalidPattern } from './errors.ts';

/** What a pattern compares with: everything in JSON but objects and arrays. */
export type Leaf = string | number | boolean | null;
export type LeafTest = (leaf: Leaf) => boolean;
/** Compiles the operand of one operator; `path` goes into the error when the operand breaks the grammar. */
export type OperatorCompiler = (operand: JsonValue, path: string) => LeafTest;

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The one key of a match expression, and its operand. */
export const singleEntry = (expression: JsonObject, path: string): [operator: string, operand: JsonValue] => {
  const [entry, ...others] = Object.entries(expression);
  if (entry === undefined || others.length > 0) throw invalidPattern(path, 'a match expression has exactly one key');
  return entry;
};

export const textOperand = (operator: string, operand: JsonValue, path: string): string => {
  if (typeof operand !== 'string') throw invalidPattern(path, `${operator} takes a string`);
  return operand;
};

/** Tests text only: other types never match. */
export const onText =
  (test: (text: string) => boolean): LeafTest =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf);
