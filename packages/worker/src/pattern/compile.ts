import type { JsonValue } from '@verifiedfan/ports';
import { PatternError } from './errors.ts';
import type { Leaf, LeafTest } from './leaf.ts';
import { type Field, type Fields, parsePattern, rulePaths } from './parse.ts';

// Evaluated for every record in front of everything else, so a pattern becomes nested closures once and no step allocates.
// The rules follow https://github.com/aws/event-ruler, the engine behind EventBridge and event source mappings.

type Container = Readonly<Record<string, unknown>>;
/** Looks into one object; `event` is the whole event, for rules on what is absent. */
type Matcher = (container: Container, event: unknown) => boolean;

export type CompiledPattern = {
  /** Reads only the paths that the pattern names; an event that is no object never matches. */
  matches(event: unknown): boolean;
  /** Dotted paths of the fields that the pattern looks at. */
  paths: string[];
};

const MAX_PATTERN_CHARACTERS = 4_096;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;
const isLeaf = (value: unknown): value is Leaf =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** An array matches when any of its elements does. */
const someLeaf = (value: unknown, test: LeafTest): boolean =>
  isLeaf(value) ? test(value) : Array.isArray(value) && value.some((element) => someLeaf(element, test));

const hasLeaf = (value: unknown, path: readonly string[], from: number): boolean => {
  if (isLeaf(value)) return from === path.length;
  if (Array.isArray(value)) return value.some((element) => hasLeaf(element, path, from));
  if (!isContainer(value)) return false;
  let key = path[from] ?? '';
  for (let next = from + 1; next <= path.length; next++) {
    if (hasLeaf(value[key], path, next)) return true;
    key = `${key}.${path[next]}`;
  }
  return false;
};

/** Fields inside `value`. In an array all of them must hold in one and the same element. */
const matchInside = (value: unknown, inside: Matcher, event: unknown): boolean => {
  if (!isContainer(value)) return false;
  return Array.isArray(value) ? value.some((element) => matchInside(element, inside, event)) : inside(value, event);
};

/** `prefix` is the part of a dotted key that was already read: `{ "a.b": 1 }` matches `a: { b }`. */
const compileField = (field: Field, prefix: string): Matcher => {
  const key = prefix + field.name;
  if ('rule' in field) {
    const { test, absent } = field.rule;
    if (!absent) return (container) => someLeaf(container[key], test);
    return (container, event) => someLeaf(container[key], test) || !hasLeaf(event, field.path, 0);
  }
  const nested = compileFields(field.fields, '');
  // Also what decides when there is nothing inside: then only rules on what is absent can hold, and they look at the whole event.
  const joined = compileFields(field.fields, `${key}.`);
  return (container, event) => matchInside(container[key], nested, event) || joined(container, event);
};

const compileFields = ({ members, groups }: Fields, prefix: string): Matcher => {
  const matchers = members.map((member) => compileField(member, prefix));
  for (const group of groups) {
    const alternatives = group.map((fields) => compileFields(fields, prefix));
    matchers.push((container, event) => alternatives.some((matches) => matches(container, event)));
  }
  const [first, ...others] = matchers;
  if (first !== undefined && others.length === 0) return first;
  return (container, event) => matchers.every((matches) => matches(container, event));
};

/**
 * Compiles a filter of an event source in AWS's event-pattern language: exact values, null, `""`, `numeric`, `prefix`, `suffix`,
 * `equals-ignore-case`, `wildcard`, `cidr`, `anything-but`, `exists`, `$or`. At most 4,096 characters as JSON.
 *
 * Missing is not null; `exists` looks at values, not at objects, and an empty array has none; keys are case-sensitive; numbers
 * compare by value (300 is 300.0), never with numeric strings. Throws `PatternError` with the path of the mistake.
 */
export const compilePattern = (pattern: JsonValue): CompiledPattern => {
  const characters = JSON.stringify(pattern).length;
  if (characters > MAX_PATTERN_CHARACTERS) {
    throw new PatternError('pattern_too_long', '', `${characters} characters, at most ${MAX_PATTERN_CHARACTERS}`);
  }
  const fields = parsePattern(pattern);
  const matches = compileFields(fields, '');
  return {
    matches: (event) => isContainer(event) && !Array.isArray(event) && matches(event, event),
    paths: rulePaths(fields),
  };
};
