import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { invalidPattern } from './errors.ts';
import { isObject } from './leaf.ts';
import { compileRule, type LeafRule, OPERATOR_NAMES } from './rule.ts';

/** One step of a path: either a rule for the value there, or more fields inside it. */
export type Field =
  | { name: string; path: readonly string[]; rule: LeafRule }
  | { name: string; path: readonly string[]; fields: Fields };
/** All `members` must hold, and one of each group of `$or`. */
export type Fields = { members: Field[]; groups: Fields[][] };

const emptyFields = (): Fields => ({ members: [], groups: [] });
const isInner = (field: Field): field is Field & { fields: Fields } => 'fields' in field;

/** The fields inside `name`, so that `a.b` and `a: { b }` come together: within an array both must hold in one element. */
const innerFields = (into: Fields, name: string, path: readonly string[]): Fields => {
  const known = into.members.filter(isInner).find((member) => member.name === name);
  if (known !== undefined) return known.fields;
  const fields = emptyFields();
  into.members.push({ name, path, fields });
  return fields;
};

const addField = (into: Fields, key: string, value: JsonValue, path: readonly string[], insideOr: boolean): void => {
  const steps = key.split('.');
  const full = [...path, ...steps];
  const where = full.join('.');
  if (steps.includes('__proto__')) throw invalidPattern(where, 'a field cannot have this name');
  if (insideOr && OPERATOR_NAMES.has(key))
    throw invalidPattern(where, 'a field inside $or cannot be named like an operator');
  let owner = into;
  const last = steps.pop() ?? key;
  for (const [index, step] of steps.entries()) owner = innerFields(owner, step, full.slice(0, path.length + index + 1));
  if (isObject(value)) {
    addFields(innerFields(owner, last, full), value, full, insideOr);
    return;
  }
  if (!Array.isArray(value)) throw invalidPattern(where, 'must be an object or an array');
  if (owner.members.some((member) => member.name === last && !isInner(member))) {
    throw invalidPattern(where, 'the same field twice');
  }
  owner.members.push({ name: last, path: full, rule: compileRule(value, where) });
};

const addGroup = (into: Fields, alternatives: JsonValue, path: readonly string[]): void => {
  const where = [...path, '$or'].join('.');
  if (!Array.isArray(alternatives) || alternatives.length < 2) {
    throw invalidPattern(where, 'takes an array of at least two objects');
  }
  const group = alternatives.map((alternative) => {
    if (!isObject(alternative)) throw invalidPattern(where, 'takes an array of at least two objects');
    const fields = emptyFields();
    addFields(fields, alternative, path, true);
    return fields;
  });
  into.groups.push(group);
};

const addFields = (into: Fields, pattern: JsonObject, path: readonly string[], insideOr: boolean): void => {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalidPattern(path.join('.'), 'an empty object matches nothing');
  for (const [key, value] of entries) {
    if (key === '$or') addGroup(into, value, path);
    else addField(into, key, value, path, insideOr);
  }
};

/** Reads a pattern into fields; throws `PatternError` with the path of the first mistake. */
export const parsePattern = (pattern: JsonValue): Fields => {
  if (!isObject(pattern)) throw invalidPattern('', 'a pattern is an object');
  const fields = emptyFields();
  addFields(fields, pattern, [], false);
  return fields;
};

/** The dotted paths of all rules, each once, in the order of the pattern. */
export const rulePaths = ({ members, groups }: Fields): string[] => {
  const inside = members.flatMap((member) => (isInner(member) ? rulePaths(member.fields) : [member.path.join('.')]));
  return [...new Set([...inside, ...groups.flat().flatMap(rulePaths)])];
};
