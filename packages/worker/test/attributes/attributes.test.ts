import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { type AttributeMap, fromAttributes, parseNumber, toAttributes } from '../../src/attributes/index.ts';

const row = (): JsonObject => ({
  PK: 'campaign:tour',
  SK: 'member:1',
  score: 0.75,
  events: ['a', 'b'],
  verified: true,
  verdict: null,
  nested: { deep: [1, { x: -2.5e-7 }], empty: {}, none: [] },
});

describe('toAttributes', () => {
  it('tags every kind of JSON value', () => {
    assert.deepEqual(toAttributes(row()), {
      PK: { S: 'campaign:tour' },
      SK: { S: 'member:1' },
      score: { N: '0.75' },
      events: { L: [{ S: 'a' }, { S: 'b' }] },
      verified: { BOOL: true },
      verdict: { NULL: true },
      nested: { M: { deep: { L: [{ N: '1' }, { M: { x: { N: '-2.5e-7' } } }] }, empty: { M: {} }, none: { L: [] } } },
    });
  });

  it('refuses numbers that DynamoDB cannot store, without naming the value', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => toAttributes({ value }), { name: 'AttributeError', code: 'not_a_number', retryable: false });
    }
  });

  it('keeps an attribute named __proto__ an attribute', () => {
    const item = JSON.parse('{"__proto__":{"S":"x"}}') as JsonObject;
    const attributes = toAttributes(item);
    assert.deepEqual(Object.keys(attributes), ['__proto__']);
    assert.equal(Object.getPrototypeOf(attributes), Object.prototype);
    assert.equal(JSON.stringify(fromAttributes(attributes)), JSON.stringify(item));
  });
});

describe('fromAttributes', () => {
  it('gives back what was written, through JSON text as an event would carry it', () => {
    const onTheWire: AttributeMap = JSON.parse(JSON.stringify(toAttributes(row())));
    assert.deepEqual(fromAttributes(onTheWire), row());
  });

  it('gives back every number that JSON can carry', () => {
    const numbers = [0, -1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2 ** 53, 0.1 + 0.2, 123456789.000001];
    assert.deepEqual(fromAttributes(toAttributes({ numbers })), { numbers });
  });

  it('reads sets as arrays and binaries as base64', () => {
    const attributes = {
      words: { SS: ['a', 'b'] },
      sizes: { NS: ['1', '2.50'] },
      bytes: { B: 'AQI=' },
      all: { BS: ['AQ=='] },
    };
    assert.deepEqual(fromAttributes(attributes), { words: ['a', 'b'], sizes: [1, 2.5], bytes: 'AQI=', all: ['AQ=='] });
  });

  it('shares nothing with its input', () => {
    const attributes = { words: { SS: ['a'] }, map: { M: { list: { L: [{ S: 'x' }] } } } };
    const item = fromAttributes(attributes);
    (item.words as JsonValue[]).push('b');
    ((item.map as JsonObject).list as JsonValue[]).push('y');
    assert.deepEqual(attributes, { words: { SS: ['a'] }, map: { M: { list: { L: [{ S: 'x' }] } } } });
  });

  it('refuses what is no typed JSON, because events come from outside', () => {
    const broken = ['{"a":{"X":"1"}}', '{"a":"x"}', '{"a":null}', '{"a":{"S":1}}', '{"a":{"N":1}}', '{"a":{"L":{}}}'];
    for (const text of [
      ...broken,
      '{"a":{"M":[]}}',
      '{"a":{"NULL":false}}',
      '{"a":{"SS":[1]}}',
      '{"a":{}}',
      'null',
      '[]',
    ]) {
      const attributes: AttributeMap = JSON.parse(text);
      assert.throws(() => fromAttributes(attributes), { code: 'unknown_type' }, text);
    }
  });
});

describe('parseNumber', () => {
  it('reads as a number what a number can hold, however it is written', () => {
    const cases: [string, number][] = [
      ['1', 1],
      ['1.0', 1],
      ['1E2', 100],
      ['+7', 7],
      ['0.10', 0.1],
      ['-0', 0],
      ['0e5', 0],
      ['1000000000000000000000', 1e21],
      ['0.0000001', 1e-7],
      ['9007199254740992', 2 ** 53],
    ];
    for (const [text, value] of cases) assert.equal(parseNumber(text), value, text);
  });

  it('keeps as text what a number would change', () => {
    const cases = [
      '9007199254740993',
      '12345678901234567890123456789012345678',
      '0.12345678901234567890',
      '1E-400',
      '1E400',
    ];
    for (const text of cases) assert.equal(parseNumber(text), text);
  });

  it('refuses text that is no decimal number', () => {
    for (const text of ['', ' 1', '0x10', 'NaN', 'Infinity', '1_000', '.']) {
      assert.throws(() => parseNumber(text), { code: 'not_a_number' }, text);
    }
  });
});
