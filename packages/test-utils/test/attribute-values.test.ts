import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { marshall, marshallValue, unmarshall, unmarshallValue } from '../src/index.ts';

describe('marshall', () => {
  it('writes each of the ten types', () => {
    const item = {
      text: 'a',
      number: 1.5,
      large: 12_345_678_901_234_567_890n,
      yes: true,
      nothing: null,
      bytes: Uint8Array.of(1, 2),
      list: ['a', [1]],
      map: { inner: { deep: false } },
      texts: new Set(['a']),
      numbers: new Set([1, 2n]),
      binaries: new Set([Uint8Array.of(255)]),
      missing: undefined,
    };
    assert.deepEqual(marshall(item), {
      text: { S: 'a' },
      number: { N: '1.5' },
      large: { N: '12345678901234567890' },
      yes: { BOOL: true },
      nothing: { NULL: true },
      bytes: { B: 'AQI=' },
      list: { L: [{ S: 'a' }, { L: [{ N: '1' }] }] },
      map: { M: { inner: { M: { deep: { BOOL: false } } } } },
      texts: { SS: ['a'] },
      numbers: { NS: ['1', '2'] },
      binaries: { BS: ['/w=='] },
    });
  });

  it('refuses what DynamoDB cannot store', () => {
    const refused = [
      new Set(),
      new Set(['a', 1]),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      () => 1,
      new Date(0),
      undefined,
    ];
    for (const value of refused) assert.throws(() => marshallValue(value), { code: 'unsupported_value' });
  });
});

describe('unmarshall', () => {
  it('gives back what was marshalled', () => {
    const item = {
      list: ['a', 1, null, { b: true }],
      bytes: Uint8Array.of(1, 2),
      texts: new Set(['a', 'b']),
      numbers: new Set([1, 2]),
      large: 12_345_678_901_234_567_890n,
    };
    assert.deepEqual(unmarshall(marshall(item)), item);
  });

  it('never rounds a number', () => {
    const values = ['0.1', '-7', '9007199254740992', '0.12345678901234567890123'].map((N) => unmarshallValue({ N }));
    assert.deepEqual(values, [0.1, -7, 9_007_199_254_740_992, '0.12345678901234567890123']);
    assert.equal(unmarshallValue({ N: '9007199254740993' }), 9_007_199_254_740_993n);
  });

  it('refuses an attribute value without a known type', () => {
    assert.throws(() => unmarshallValue({} as never), { code: 'unsupported_value' });
  });
});
