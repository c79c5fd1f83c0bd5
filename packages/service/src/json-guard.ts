import { toPointer } from '@verifiedfan/schema';

const MAX_DEPTH = 32;

export type JsonProblem = { rule: 'depth' | 'reserved_key' | 'well_formed'; message: string; pointer: string };

const MESSAGES: Record<JsonProblem['rule'], string> = {
  depth: `Is nested more than ${MAX_DEPTH} levels deep`,
  reserved_key: 'Has a field named __proto__, constructor or prototype',
  well_formed: 'Holds half of a surrogate pair, which is no character',
};

/** Keys from the inside out, noted on the way back: a value without problems pays for none. */
type Found = { rule: JsonProblem['rule']; path: PropertyKey[] };

const isReserved = (key: string): boolean => key === '__proto__' || key === 'constructor' || key === 'prototype';

const behind = (key: PropertyKey, found: Found): Found => {
  found.path.push(key);
  return found;
};

const lookAtKey = (key: string): Found | undefined => {
  if (isReserved(key)) return { rule: 'reserved_key', path: [] };
  return key.isWellFormed() ? undefined : { rule: 'well_formed', path: [] };
};

const lookAt = (value: unknown, depth: number): Found | undefined => {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : { rule: 'well_formed', path: [] };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_DEPTH) return { rule: 'depth', path: [] };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const found = lookAt(value[index], depth + 1);
      if (found !== undefined) return behind(index, found);
    }
    return undefined;
  }
  // Values of JSON.parse have own properties only, __proto__ included.
  for (const key in value) {
    const found = lookAtKey(key) ?? lookAt((value as Record<string, unknown>)[key], depth + 1);
    if (found !== undefined) return behind(key, found);
  }
  return undefined;
};

/**
 * Looks for what no contract wants, before anything recursive touches the value: nesting over 32 levels (a schema would overflow the
 * stack), keys that reach for prototypes, and halves of surrogate pairs, which every store keeps as something else. A plain walk: 500 score
 * rows take about a tenth of a millisecond.
 */
export const guardJson = (value: unknown): JsonProblem | undefined => {
  const found = lookAt(value, 0);
  if (found === undefined) return undefined;
  const { rule, path } = found;
  return { rule, message: MESSAGES[rule], pointer: toPointer(path.toReversed()) };
};
