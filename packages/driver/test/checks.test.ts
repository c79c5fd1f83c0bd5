import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertJson, assertOptions, assertWhole, MAX_DEPTH } from '../src/index.ts';

const nested = (levels: number): unknown => {
  let value: unknown = 'end';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value };
  return value;
};

describe('checks of a driver', () => {
  it('refuse whatever would not come back from JSON as it went in', () => {
    const bad: [string, unknown][] = [
      ['undefined', undefined],
      ['a bigint', 1n],
      ['a function', () => 1],
      ['NaN', Number.NaN],
      ['infinity', Number.POSITIVE_INFINITY],
      ['a date', new Date(0)],
      ['a map', new Map()],
      ['bytes', Buffer.from('x')],
      ['a hole', new Array(2)],
      ['an undefined part', { a: { b: undefined } }],
      ['a field that would change the prototype', JSON.parse('{"__proto__":1}')],
      ['too many levels', nested(MAX_DEPTH + 1)],
    ];
    for (const [name, value] of bad) assert.throws(() => assertJson(value), { code: 'validation' }, name);
  });

  it('let JSON pass, down to the deepest level', () => {
    for (const value of [null, '', 0, -1.5, true, [], {}, Object.create(null), nested(MAX_DEPTH)]) assertJson(value);
  });

  it('take whole numbers at both ends of their range, and nothing else', () => {
    for (const value of [1, 10]) assertWhole('limit', value, 1, 10);
    for (const value of [0, 11, 1.5, Number.NaN, '5' as unknown as number]) {
      const expected = { code: 'validation', message: 'limit must be a whole number from 1 to 10' };
      assert.throws(() => assertWhole('limit', value, 1, 10), expected, String(value));
    }
  });

  it('name every option that is not known', () => {
    assertOptions({ a: 1 }, ['a', 'b']);
    assert.throws(() => assertOptions({ a: 1, c: 1, d: 1 }, ['a', 'b']), {
      name: 'TypeError',
      message: 'unknown options: c, d',
    });
  });
});
