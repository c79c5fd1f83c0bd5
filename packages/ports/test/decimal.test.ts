import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decimalSum } from '../src/table-rules/decimal.ts';

describe('the sum of two numbers', () => {
  it('is that of their decimals', () => {
    assert.equal(decimalSum(0.1, 0.2), 0.3);
    assert.equal(decimalSum(-0.3, 0.1), -0.2);
    assert.equal(decimalSum(1.005, -1.005), 0);
    assert.equal(decimalSum(123456789.123, 0.001), 123456789.124);
  });

  it('is right for whole numbers, within and beyond those that are exact', () => {
    assert.equal(decimalSum(2, -5), -3);
    assert.equal(decimalSum(Number.MAX_SAFE_INTEGER, 1), 9007199254740992);
    assert.equal(decimalSum(1e125, 1e-130), 1e125);
    assert.equal(decimalSum(1e20, -1e20), 0);
  });
});
