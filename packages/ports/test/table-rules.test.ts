import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applyAction,
  assertCondition,
  compareUtf8,
  encodeCursor,
  itemBytes,
  prepareQuery,
  prepareScan,
  prepareTransaction,
  prepareUpdates,
  sameJson,
} from '../src/table-rules/index.ts';

const rowKeyOf = ({ PK, SK }: { PK: string; SK: string }): string => JSON.stringify([PK, SK]);
const KEY = { PK: 'campaign:a', SK: 'member:1' };

describe('JSON values', () => {
  it('are the same whatever the order of attributes, and never by inherited names', () => {
    assert.ok(sameJson({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 }));
    for (const [a, b] of [
      [{ a: 1 }, { a: 1, b: 1 }],
      [{ a: 1, b: 1 }, { a: 1 }],
      [[1], { 0: 1 }],
      [[1, 2], [1]],
      [null, {}],
      ['1', 1],
      [{ toString: 1 }, {}],
    ] as const) {
      assert.equal(sameJson(a as never, b as never), false);
    }
  });

  it('sort as text by UTF-8', () => {
    const words = ['', 'a', 'aa', 'b', 'z', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '😀a', '😁'];
    assert.deepEqual(words.toReversed().toSorted(compareUtf8), words);
    assert.deepEqual(
      words.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      words,
    );
  });

  it('are counted as DynamoDB counts them', () => {
    const size = (value: unknown): number => itemBytes({ PK: 'p', SK: 's', v: value as never }) - 'PKpSKsv'.length;
    assert.equal(size('é🎟'), 6);
    assert.deepEqual([0, 1, 12, 123, -1.5, 100, 1e20].map(size), [1, 2, 2, 3, 2, 2, 2]);
    assert.deepEqual([true, null].map(size), [1, 1]);
    assert.equal(size(['a', true]), 3 + 1 + 1 + 1 + 1);
    assert.equal(size({ ab: 'c' }), 3 + 1 + 2 + 1);
  });
});

describe('conditions', () => {
  it('that are empty, unknown or hold wrong operands are refused', () => {
    const wrong: unknown[] = [
      null,
      'text',
      { all: [] },
      { any: [] },
      { not: undefined },
      { exists: 1 },
      { equals: ['a', [1]] },
      { oneOf: ['a', []] },
      { oneOf: ['a', Array.from({ length: 101 }, () => 1)] },
      { between: ['a', 1] },
      { between: ['a', 1, 'b'] },
      { between: ['a', 2, 1] },
      { between: ['a', '🎟', '\ufffd'] },
      { beginsWith: ['a', 1] },
      { less: ['a', null] },
      { toString: ['a', 1] },
      { exists: '' },
    ];
    for (const condition of wrong) assert.throws(() => assertCondition(condition), { code: 'validation' });
    assertCondition({ all: [{ any: [{ not: { exists: 'a' } }] }] });
    assertCondition({ between: ['a', '\ufffd', '🎟'] });
    assertCondition({ between: ['a', 1, 1] });
  });
});

describe('actions', () => {
  it('are checked one and all before any is used, and told apart by the driver’s own key', () => {
    const [put, remove] = prepareUpdates([{ put: { ...KEY, a: 1 } }, { delete: KEY }], rowKeyOf);
    assert.deepEqual(put, {
      kind: 'put',
      rowKey: rowKeyOf(KEY),
      key: KEY,
      condition: undefined,
      item: { ...KEY, a: 1 },
    });
    assert.equal(remove?.kind, 'delete');
    assert.throws(() => prepareUpdates([{ delete: KEY }, { put: { PK: '', SK: 'a' } }], rowKeyOf), {
      code: 'validation',
    });
    assert.throws(() => prepareUpdates([{ put: { ...KEY, a: 'x'.repeat(409_600) } }], rowKeyOf), { code: 'too_large' });
  });

  it('hold values in at most 31 lists and maps, however they are mixed', () => {
    const nested = (levels: number, inner: unknown): unknown => {
      let value = inner;
      for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value };
      return value;
    };
    const put = (value: unknown) => prepareUpdates([{ put: { ...KEY, value: value as never } }], rowKeyOf);
    put(nested(31, 1));
    put(nested(30, []));
    for (const value of [nested(32, 1), nested(31, {}), nested(31, [])])
      assert.throws(() => put(value), { code: 'validation' });
  });

  it('of transactions name each row once, under a token', () => {
    const check = { check: KEY, condition: { exists: 'PK' } };
    assert.equal(prepareTransaction([check], { token: 't', rowKeyOf }).length, 1);
    assert.throws(() => prepareUpdates([check as never], rowKeyOf), { code: 'validation' });
    assert.throws(() => prepareTransaction([check, { delete: KEY }], { token: 't', rowKeyOf }), { code: 'validation' });
    assert.throws(() => prepareTransaction([], { token: 't', rowKeyOf }), { code: 'validation' });
    for (const token of ['', 't'.repeat(37), '\ud800', 1]) {
      assert.throws(() => prepareTransaction([check], { token, rowKeyOf }), { code: 'validation' });
    }
  });

  it('answer the very row that they leave as it was', () => {
    const old = { ...KEY, a: 1, b: [1, 2] };
    const apply = (action: Parameters<typeof prepareUpdates>[0][number]) => {
      const [prepared] = prepareUpdates([action], rowKeyOf);
      assert.ok(prepared);
      return applyAction(prepared, old);
    };
    assert.equal(apply({ update: KEY, set: { b: [1, 2] }, add: { a: 0 }, remove: ['d'] }), old);
    assert.equal(apply({ put: { b: [1, 2], a: 1, ...KEY } }), old);
    assert.deepEqual(apply({ update: KEY, add: { c: 0 } }), { ...old, c: 0 });
  });
});

describe('queries', () => {
  it('take up at a cursor of their own partition only', () => {
    const cursor = encodeCursor(KEY);
    assert.deepEqual(prepareQuery({ PK: KEY.PK, cursor, SK: { between: ['a', 'b'] }, limit: 3 }), {
      PK: KEY.PK,
      clause: { operator: 'between', low: 'a', high: 'b' },
      limit: 3,
      reverse: false,
      filter: undefined,
      position: KEY,
    });
    assert.deepEqual(prepareScan({ cursor }), { limit: undefined, position: KEY });
    assert.throws(() => prepareQuery({ PK: 'campaign:b', cursor }), { code: 'validation' });
    assert.throws(() => prepareScan({ cursor: `${cursor}x` }), { code: 'validation' });
    assert.throws(() => prepareScan({ limit: 0 }), { code: 'validation' });
  });

  it('have one clause of the grammar on the sort key', () => {
    for (const SK of [
      {},
      { less: 'a', greater: 'b' },
      { similar: 'a' },
      { between: ['b', 'a'] },
      { less: '' },
      { equals: 1 },
    ]) {
      assert.throws(() => prepareQuery({ PK: 'a', SK: SK as never }), { code: 'validation' });
    }
  });
});
