import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeCounts, sumBy } from '../src/index.ts';

describe('sumBy', () => {
  it('adds the values and gives 0 for no items', () => {
    assert.equal(
      sumBy([{ size: 2 }, { size: 3 }], ({ size }) => size),
      5,
    );
    assert.equal(
      sumBy([], () => 1),
      0,
    );
  });
});

describe('mergeCounts', () => {
  it('adds at every depth', () => {
    const first = { in: 1, dynamo: { out: 2, retry: { tried: 1 } } };
    const second = { in: 10, dynamo: { out: 20, retry: { tried: 10 } } };
    assert.deepEqual(mergeCounts(first, second, first), { in: 12, dynamo: { out: 24, retry: { tried: 12 } } });
  });

  it('counts a missing name as 0 on either side', () => {
    const merged = mergeCounts<Record<string, number>>({ a: 1 }, { b: 2 });
    assert.deepEqual(merged, { a: 1, b: 2 });
  });

  it('changes none of its inputs and shares no object with them', () => {
    const input = { nested: { count: 1 } };
    const merged = mergeCounts(input, { nested: { count: 1 } });
    assert.deepEqual(input, { nested: { count: 1 } });
    assert.notEqual(mergeCounts(input).nested, input.nested);
    assert.notEqual(merged.nested, input.nested);
  });

  it('names the counter that is a number here and an object there', () => {
    assert.throws(() => mergeCounts<Record<string, number | { out: number }>>({ slack: 1 }, { slack: { out: 1 } }), {
      code: 'counters_differ',
      message: /counts\.slack/,
    });
  });
});
