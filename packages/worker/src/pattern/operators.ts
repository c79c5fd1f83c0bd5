import { BlockList, isIP } from 'node:net';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { invalidPattern } from './errors.ts';
import { compileWildcard } from './wildcard.ts';

/** What a pattern can be compared with: everything in JSON but objects and arrays. */
export type Leaf = string | number | boolean | null;
export type LeafTest = (leaf: Leaf) => boolean;

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOperand = (operator: string, value: JsonValue | undefined, path: string): string => {
  if (typeof value !== 'string') throw invalidPattern(path, `${operator} takes a string`);
  return value;
};

/** The one operator of a match expression and its operand. */
const single = (expression: JsonObject, path: string): [operator: string, operand: JsonValue] => {
  const entries = Object.entries(expression);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) throw invalidPattern(path, 'a match expression has exactly one key');
  return entry;
};

const onText =
  (test: (text: string) => boolean): LeafTest =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf);

const equalsIgnoreCase = (operand: JsonValue | undefined, path: string): LeafTest => {
  const wanted = textOperand('equals-ignore-case', operand, path).toLowerCase();
  return onText((text) => text.length === wanted.length && text.toLowerCase() === wanted);
};

const affix = (operator: 'prefix' | 'suffix', operand: JsonValue, path: string): LeafTest => {
  const nested = isObject(operand) ? single(operand, path) : undefined;
  if (nested !== undefined && nested[0] !== 'equals-ignore-case') {
    throw invalidPattern(path, `${operator} cannot be combined with ${nested[0]}`);
  }
  const wanted = textOperand(operator, nested === undefined ? operand : nested[1], path);
  if (nested === undefined) {
    return onText(operator === 'prefix' ? (text) => text.startsWith(wanted) : (text) => text.endsWith(wanted));
  }
  const lower = wanted.toLowerCase();
  return operator === 'prefix'
    ? onText((text) => text.slice(0, wanted.length).toLowerCase() === lower)
    : onText((text) => text.length >= wanted.length && text.slice(text.length - wanted.length).toLowerCase() === lower);
};

type Bound = { operator: '<' | '<=' | '>' | '>=' | '='; value: number };
const BOUND_OPERATORS: ReadonlySet<unknown> = new Set(['<', '<=', '>', '>=', '=']);
const isOperator = (value: unknown): value is Bound['operator'] => BOUND_OPERATORS.has(value);

const bounds = (operand: JsonValue, path: string): Bound[] => {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length > 4) {
    throw invalidPattern(path, 'numeric takes an array of an operator and a number, or two such pairs');
  }
  const found: Bound[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const [operator, value] = [operand[at], operand[at + 1]];
    if (!isOperator(operator)) throw invalidPattern(path, 'numeric knows the operators < <= > >= =');
    if (typeof value !== 'number') throw invalidPattern(path, `numeric ${operator} takes a number`);
    found.push({ operator, value });
  }
  return found;
};

const boundTests: Record<Bound['operator'], (value: number) => (candidate: number) => boolean> = {
  '<': (value) => (candidate) => candidate < value,
  '<=': (value) => (candidate) => candidate <= value,
  '>': (value) => (candidate) => candidate > value,
  '>=': (value) => (candidate) => candidate >= value,
  '=': (value) => (candidate) => candidate === value,
};

/** `["=", 1]`, one bound, or a lower bound followed by a higher upper bound: the order is part of AWS's grammar. */
const numeric = (operand: JsonValue, path: string): LeafTest => {
  const [low, high] = bounds(operand, path);
  if (low === undefined) throw invalidPattern(path, 'numeric has no bound');
  const first = boundTests[low.operator](low.value);
  // Never a numeric string, so `N` of typed DynamoDB JSON, which is text, can only be compared as text.
  if (high === undefined) return (leaf) => typeof leaf === 'number' && first(leaf);
  if (!low.operator.startsWith('>') || !high.operator.startsWith('<') || low.value >= high.value) {
    throw invalidPattern(path, 'a numeric range is a lower bound followed by a greater upper bound');
  }
  const second = boundTests[high.operator](high.value);
  return (leaf) => typeof leaf === 'number' && first(leaf) && second(leaf);
};

const cidr = (operand: JsonValue, path: string): LeafTest => {
  const text = textOperand('cidr', operand, path);
  const [address = '', length = '', ...rest] = text.split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits) {
    throw invalidPattern(path, 'cidr takes an IPv4 or IPv6 network such as 10.0.0.0/24');
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const network = new BlockList();
  network.addSubnet(address, Number(length), family);
  return onText((candidate) => isIP(candidate) === version && network.check(candidate, family));
};

const listOf = (operand: JsonValue): readonly JsonValue[] => (Array.isArray(operand) ? operand : [operand]);

const excludedValues = (operand: JsonValue, path: string): LeafTest => {
  const values = listOf(operand);
  const kind = typeof values[0];
  if ((kind !== 'string' && kind !== 'number') || values.some((value) => typeof value !== kind)) {
    throw invalidPattern(path, 'anything-but takes strings only or numbers only');
  }
  const excluded: ReadonlySet<unknown> = new Set(values);
  return (leaf) => !excluded.has(leaf);
};

const EXCLUDABLE: Readonly<Record<string, (operand: JsonValue, path: string) => LeafTest>> = {
  prefix: (operand, path) => affix('prefix', textOperand('prefix', operand, path) || emptyAffix(path), path),
  suffix: (operand, path) => affix('suffix', textOperand('suffix', operand, path) || emptyAffix(path), path),
  wildcard: (operand, path) => onText(compileWildcard(textOperand('wildcard', operand, path), path)),
  'equals-ignore-case': equalsIgnoreCase,
};

const emptyAffix = (path: string): never => {
  throw invalidPattern(path, 'anything-but takes no empty prefix or suffix');
};

/** Needs the field to be there, and matches null and other types, because they are something else. */
const anythingBut = (operand: JsonValue, path: string): LeafTest => {
  if (!isObject(operand)) return excludedValues(operand, path);
  const [operator, values] = single(operand, path);
  const compile = Object.hasOwn(EXCLUDABLE, operator) ? EXCLUDABLE[operator] : undefined;
  if (compile === undefined) throw invalidPattern(path, `anything-but cannot be combined with ${operator}`);
  const tests = listOf(values).map((value) => compile(value, path));
  if (tests.length === 0) throw invalidPattern(path, 'an empty array');
  return (leaf) => !tests.some((test) => test(leaf));
};

const OPERATORS: Readonly<Record<string, (operand: JsonValue, path: string) => LeafTest>> = {
  prefix: (operand, path) => affix('prefix', operand, path),
  suffix: (operand, path) => affix('suffix', operand, path),
  'equals-ignore-case': equalsIgnoreCase,
  wildcard: EXCLUDABLE.wildcard,
  numeric,
  cidr,
  'anything-but': anythingBut,
};
