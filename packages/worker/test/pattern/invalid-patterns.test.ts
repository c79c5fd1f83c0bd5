import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '@verifiedfan/ports';
import { compileFilters, compilePattern, PatternError } from '../../src/pattern/index.ts';

const refusal = (pattern: JsonValue): PatternError => {
  try {
    compilePattern(pattern);
  } catch (error) {
    assert.ok(error instanceof PatternError);
    return error;
  }
  return assert.fail(`accepted ${JSON.stringify(pattern)}`);
};

describe('compilePattern', () => {
  it('names the path of the mistake behind the sentence that Lambda answers', () => {
    const error = refusal({ dynamodb: { Keys: { SK: { S: [{ prefix: 1 }] } } } });
    assert.equal(error.message, 'Invalid filter pattern definition. dynamodb.Keys.SK.S: prefix takes a string');
    assert.deepEqual([error.code, error.path, error.retryable], ['invalid_pattern', 'dynamodb.Keys.SK.S', false]);
    assert.equal(refusal({ a: { $or: [{ 'b.c': [[1]] }, { d: [1] }] } }).path, 'a.b.c');
  });

  it('refuses a field whose rule is not an array of alternatives', () => {
    for (const value of ['text', 42, null, true, [], {}, [[1]]]) assert.equal(refusal({ a: value }).path, 'a');
    for (const pattern of [{}, [], 'text', null]) assert.equal(refusal(pattern).path, '');
  });

  it('refuses unknown, misspelt and combined operators', () => {
    const expressions: JsonValue[] = [{ EXISTS: true }, { regex: 'x' }, {}, { prefix: 'a', suffix: 'b' }];
    for (const expression of expressions) assert.equal(refusal({ a: [expression] }).path, 'a');
  });

  it('refuses operands of the wrong type', () => {
    const expressions: JsonValue[] = [
      ...[{ exists: 'true' }, { exists: null }],
      ...[{ prefix: ['x'] }, { suffix: 1 }, { prefix: { wildcard: 'x' } }, { prefix: { 'equals-ignore-case': 1 } }],
      ...[{ 'equals-ignore-case': ['x'] }, { 'equals-ignore-case': { prefix: 'x' } }],
      ...[{ wildcard: 1 }, { wildcard: ['x'] }, { wildcard: 'a**b' }, { wildcard: 'a\\b' }, { wildcard: 'a\\' }],
      ...[{ wildcard: '*:*:*:*:*:event-bus/*' }],
      ...[{ cidr: 'x' }, { cidr: '10.0.0.0' }, { cidr: '10.0.0.0/33' }, { cidr: 'xx.11.xx/8' }, { cidr: ['::/1'] }],
      ...[{ cidr: '::/129' }, { cidr: '10.0.0.0/8/8' }, { cidr: '10.0.0.0/' }],
    ];
    for (const expression of expressions) assert.equal(refusal({ a: [expression] }).path, 'a');
  });

  it('refuses numeric expressions that are no bound and no range', () => {
    const operands: JsonValue[] = [10, [], ['>'], ['>', '1'], ['!', 1], ['>', 0, '>', 1], ['<', 5, '>', 0]];
    const more: JsonValue[] = [
      ['>', 5, '<', 5],
      ['=', 1, '<', 2],
      ['>', 0, '<'],
      ['>', 0, '<', 5, '<', 6],
      [1, '>'],
    ];
    for (const operand of [...operands, ...more]) assert.equal(refusal({ a: [{ numeric: operand }] }).path, 'a');
  });

  it('refuses anything-but of mixed, null and empty values', () => {
    const operands: JsonValue[] = [
      null,
      true,
      [],
      ['x', 1],
      ['x', null],
      {},
      { numeric: ['=', 1] },
      { constructor: 'x' },
    ];
    const nested: JsonValue[] = [{ prefix: '' }, { suffix: '' }, { prefix: [1] }, { wildcard: [] }];
    const more: JsonValue[] = [{ prefix: { 'equals-ignore-case': 'x' } }, { prefix: 'a', suffix: 'b' }];
    for (const operand of [...operands, ...nested, ...more]) refusal({ a: [{ 'anything-but': operand }] });
  });

  it('refuses $or that leaves no choice, or whose fields are named like operators', () => {
    for (const value of [[], [{ a: [1] }], { a: [1] }, 'x', [{ a: [1] }, 'x']])
      assert.equal(refusal({ $or: value }).path, '$or');
    refusal({ $or: [{ prefix: ['x'] }, { a: [1] }] });
    refusal({ $or: [{}, { a: [1] }] });
  });

  it('refuses one field given twice', () => {
    assert.equal(refusal({ 'a.b': [1], a: { b: [2] } }).path, 'a.b');
  });

  it('refuses a field that would reach a prototype', () => {
    refusal(JSON.parse('{"__proto__":{"x":[null]}}'));
  });

  it('takes 4,096 characters and not one more', () => {
    const ofLength = (characters: number): JsonValue => ({ a: ['x'.repeat(characters - '{"a":[""]}'.length)] });
    compilePattern(ofLength(4_096));
    assert.equal(refusal(ofLength(4_097)).code, 'pattern_too_long');
  });
});

describe('compileFilters', () => {
  it('passes an event that any filter matches, and everything without filters', () => {
    const { matches, paths } = compileFilters([{ a: [1] }, { b: [2], a: [3] }]);
    assert.deepEqual([{ a: 1 }, { a: 3, b: 2 }, { a: 3 }].map(matches), [true, true, false]);
    assert.deepEqual(paths, ['a', 'b']);
    assert.equal(compileFilters([]).matches({}), true);
  });

  it('takes five filters, ten with a raised quota and never more', () => {
    const filters = (count: number): JsonValue[] => Array.from({ length: count }, () => ({ a: [1] }));
    compileFilters(filters(5));
    compileFilters(filters(10), { maxFilters: 10 });
    for (const [count, maxFilters] of [
      [6, undefined],
      [11, 20],
    ] as const) {
      assert.throws(() => compileFilters(filters(count), { maxFilters }), { code: 'too_many_filters' });
    }
  });
});
