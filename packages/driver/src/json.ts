import type { JsonValue } from '@verifiedfan/ports';
import { invalid } from './checks.ts';

/** The deepest nesting of a stored value, as MongoDB has it. */
export const MAX_DEPTH = 100;

/** Whether an object is of no class, so that JSON gives it back as it was. */
export const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const checkValue = (value: unknown, depth: number): void => {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid('a number is not finite');
    return;
  }
  if (typeof value !== 'object') throw invalid(`a value of type ${typeof value} is not JSON`);
  if (depth >= MAX_DEPTH) throw invalid(`a value is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    // By index, because forEach and for…in would pass over holes.
    for (let index = 0; index < value.length; index += 1) checkValue(value[index], depth + 1);
    return;
  }
  if (!isPlain(value)) throw invalid('an object of a class is not JSON');
  for (const name in value) {
    // Assigning this name would change the prototype of the object instead of storing a field.
    if (name === '__proto__') throw invalid('__proto__ cannot be the name of a field');
    checkValue((value as Record<string, unknown>)[name], depth + 1);
  }
};

/** Refuses with `validation` what would not come back from JSON as it went in. */
export function assertJson(value: unknown): asserts value is JsonValue {
  checkValue(value, 0);
}
