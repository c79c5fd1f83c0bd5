import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '@verifiedfan/ports';
import { toAttributeValue, toItem, toJson } from '../../src/dynamodb/attribute-values.ts';

describe('attribute values', () => {
  it('hold every JSON value and give the same one back', () => {
    const values: JsonValue[] = [
      '',
      'naïve 🎟 \u0000',
      0,
      -0.5,
      2 ** 53 - 1,
      1e21,
      1 / 3,
      5e-100,
      true,
      false,
      null,
      [],
      {},
      [[{ a: [null] }]],
    ];
    for (const value of values) assert.deepEqual(toJson(toAttributeValue(value)), value);
  });

  it('are the types that DynamoDB has for them', () => {
    assert.deepEqual(toAttributeValue({ text: 'a', list: [1, null, true] }), {
      M: { text: { S: 'a' }, list: { L: [{ N: '1' }, { NULL: true }, { BOOL: true }] } },
    });
  });

  it('take no name for the prototype of a map', () => {
    const value = JSON.parse('{"__proto__":{"admin":true}}') as JsonValue;
    const back = toJson(toAttributeValue(value)) as Record<string, unknown>;
    assert.deepEqual(Object.keys(back), ['__proto__']);
    assert.equal(back.admin, undefined);
  });

  it('that no JSON has are refused without being shown', () => {
    for (const value of [{ SS: ['secret'] }, { NS: ['1'] }, { B: new Uint8Array([1]) }]) {
      assert.throws(
        () => toJson(value),
        (error: Error) => 'code' in error && error.code === 'validation' && !/secret/.test(error.message),
      );
    }
    assert.throws(() => toItem({ PK: { S: 'a' }, SK: { N: '1' } }), { code: 'validation' });
  });
});
