import type { JsonValue } from '@verifiedfan/ports';
import { invalidPattern } from './errors.ts';
import { isObject, type OperatorCompiler, onText, singleEntry, textOperand } from './leaf.ts';
import { compileWildcard } from './wildcard.ts';

export const equalsIgnoreCase: OperatorCompiler = (operand, path) => {
  const wanted = textOperand('equals-ignore-case', operand, path).toLowerCase();
  return onText((text) => text.toLowerCase() === wanted);
};

/** `"text"`, or `{ "equals-ignore-case": "text" }`, the one thing a prefix or suffix may be combined with. */
const affixOperand = (operator: string, operand: JsonValue, path: string): { wanted: string; ignoreCase: boolean } => {
  if (!isObject(operand)) return { wanted: textOperand(operator, operand, path), ignoreCase: false };
  const [nested, text] = singleEntry(operand, path);
  if (nested !== 'equals-ignore-case') throw invalidPattern(path, `${operator} cannot be combined with ${nested}`);
  return { wanted: textOperand(nested, text, path).toLowerCase(), ignoreCase: true };
};

export const prefix: OperatorCompiler = (operand, path) => {
  const { wanted, ignoreCase } = affixOperand('prefix', operand, path);
  if (!ignoreCase) return onText((text) => text.startsWith(wanted));
  return onText((text) => text.toLowerCase().startsWith(wanted));
};

export const suffix: OperatorCompiler = (operand, path) => {
  const { wanted, ignoreCase } = affixOperand('suffix', operand, path);
  if (!ignoreCase) return onText((text) => text.endsWith(wanted));
  return onText((text) => text.toLowerCase().endsWith(wanted));
};

export const wildcard: OperatorCompiler = (operand, path) =>
  onText(compileWildcard(textOperand('wildcard', operand, path), path));
