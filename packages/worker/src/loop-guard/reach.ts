import type { JsonValue } from '@verifiedfan/ports';
import { compilePattern } from '../pattern/index.ts';
import type { Target } from './target.ts';

/**
 * How a write reaches a worker that is triggered by the resource.
 * - `never`     every filter excludes all the keys that are written
 * - `narrowed`  a filter decides, by more than the keys
 * - `open`      there is no filter, or one that lets through just what is written
 */
export type Reach = 'never' | 'narrowed' | 'open';

const isObject = (value: JsonValue | undefined): value is { [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const at = (value: JsonValue | undefined, name: string): JsonValue | undefined =>
  isObject(value) ? value[name] : undefined;
const texts = (value: JsonValue | undefined): string[] =>
  (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');

/** Whether one alternative of a rule on a key rules out every key with the prefix; only what can be proven counts. */
const excludes = (alternative: JsonValue, written: string): boolean => {
  if (typeof alternative === 'string') return !alternative.startsWith(written);
  const prefix = at(alternative, 'prefix');
  if (typeof prefix === 'string') return !prefix.startsWith(written) && !written.startsWith(prefix);
  return texts(at(at(alternative, 'anything-but'), 'prefix')).some((excluded) => written.startsWith(excluded));
};

const excludesKeys = (filter: JsonValue, { partitionPrefix, keyPrefix }: Target): boolean => {
  const keys = at(at(filter, 'dynamodb'), 'Keys');
  return [
    { rule: at(at(keys, 'PK'), 'S'), written: partitionPrefix },
    { rule: at(at(keys, 'SK'), 'S'), written: keyPrefix },
  ].some(({ rule, written }) => Array.isArray(rule) && rule.every((alternative) => excludes(alternative, written)));
};

const IMAGES = ['Keys', 'NewImage', 'OldImage'] as const;
const KEY_PATHS: ReadonlySet<string> = new Set(
  IMAGES.flatMap((image) => [`dynamodb.${image}.PK.S`, `dynamodb.${image}.SK.S`]),
);

/** A filter that looks at nothing but keys, and lets a written key through, narrows nothing. */
const lets = (filter: JsonValue, { partitionPrefix, keyPrefix }: Target): boolean => {
  const { matches, paths } = compilePattern(filter);
  if (!paths.every((path) => KEY_PATHS.has(path))) return false;
  const keys = { PK: { S: partitionPrefix }, SK: { S: keyPrefix } };
  return matches({ dynamodb: Object.fromEntries(IMAGES.map((image) => [image, keys])) });
};

/** Judges one write against the filters of a source on the same resource; throws `PatternError` for a filter that is none. */
export const reachOf = (write: Target, filters: readonly JsonValue[]): Reach => {
  if (filters.length === 0) return 'open';
  const passing = filters.filter((filter) => !excludesKeys(filter, write));
  if (passing.length === 0) return 'never';
  const saysKeys = write.partitionPrefix !== '' || write.keyPrefix !== '';
  return saysKeys && passing.some((filter) => lets(filter, write)) ? 'open' : 'narrowed';
};
