import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '@verifiedfan/ports';
import { failedMessageIds, interpretAnswer } from '../src/mappings/json-way.ts';

const SEQUENCES = ['9', '10', '11'];
const failing = (...ids: JsonValue[]): JsonValue => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});
const fromOf = (answer: JsonValue) => interpretAnswer(answer, SEQUENCES).failedFrom;

describe('the answer of a stream worker', () => {
  it('is success when it is nothing, or names nobody', () => {
    for (const answer of [null, {}, { batchItemFailures: null }, failing(), { count: 3 }, 'text'])
      assert.deepEqual(interpretAnswer(answer, SEQUENCES), {});
  });

  it('names the lowest record to go on from, in the order of the batch and not of the texts', () => {
    assert.equal(fromOf(failing('11', '10')), 1);
    assert.equal(fromOf(failing('10', '9')), 0);
  });

  it('fails the whole batch where it names an unknown, an empty or no record', () => {
    for (const answer of [failing('12'), failing('11', '12'), failing(''), failing(null), failing(11)])
      assert.equal(fromOf(answer), 0);
    assert.equal(fromOf({ batchItemFailures: 'all' }), 0);
    assert.equal(fromOf({ batchItemFailures: [{}] }), 0);
  });
});

describe('the answer of a queue worker', () => {
  const IDS = ['a', 'b'];

  it('names exactly the messages that come back', () => {
    assert.deepEqual(failedMessageIds(failing('b'), IDS), new Set(['b']));
    assert.deepEqual(failedMessageIds(null, IDS), new Set());
  });

  it('brings all of them back where it names an unknown one, or is no list', () => {
    for (const answer of [failing('c'), failing('a', ''), { batchItemFailures: {} }])
      assert.equal(failedMessageIds(answer, IDS), undefined);
  });
});
