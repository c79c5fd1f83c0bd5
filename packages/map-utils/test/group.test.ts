import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chunk, countBy, groupBy, keyBy, mapValues, partition, uniqueBy } from '../src/index.ts';

const visits = [
  { fan: 'ann', page: 1 },
  { fan: 'bob', page: 2 },
  { fan: 'ann', page: 3 },
];
const fanOf = (visit: { fan: string }): string => visit.fan;

describe('groupBy', () => {
  it('keeps the order of arrival of the keys and inside a group', () => {
    const pages = mapValues(groupBy(visits, fanOf), (group) => group.map(({ page }) => page));
    assert.deepEqual(
      [...pages],
      [
        ['ann', [1, 3]],
        ['bob', [2]],
      ],
    );
  });

  it('takes a key that is the name of an inherited property', () => {
    assert.equal(groupBy(['__proto__', 'constructor'], (name) => name).size, 2);
  });
});

describe('keyBy', () => {
  it('keeps the last item of a key, or the first when told so', () => {
    assert.equal(keyBy(visits, fanOf).get('ann')?.page, 3);
    assert.equal(keyBy(visits, fanOf, { keep: 'first' }).get('ann')?.page, 1);
  });

  it('refuses a second item of a key when told so, without showing the key', () => {
    assert.throws(
      () => keyBy(visits, fanOf, { keep: 'error' }),
      (error: Error & { code?: string }) => error.code === 'duplicate_key' && !error.message.includes('ann'),
    );
  });
});

describe('countBy', () => {
  it('counts the items of each key', () => {
    assert.deepEqual(Object.fromEntries(countBy(visits, fanOf)), { ann: 2, bob: 1 });
  });
});

describe('chunk', () => {
  it('leaves the rest in a shorter last chunk', () => {
    assert.deepEqual(chunk([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  });

  it('gives no chunk for no items', () => {
    assert.deepEqual(chunk([], 3), []);
  });

  for (const size of [0, -1, 1.5, Number.NaN]) {
    it(`refuses the size ${size}`, () => {
      assert.throws(() => chunk([1], size), { code: 'invalid_options' });
    });
  }
});

describe('partition', () => {
  it('splits in order and narrows the types of both halves', () => {
    const isText = (value: string | number): value is string => typeof value === 'string';
    const [texts, numbers] = partition(['a', 1, 'b', 2], isText);
    assert.deepEqual(
      texts.map((text) => text.toUpperCase()),
      ['A', 'B'],
    );
    assert.deepEqual(
      numbers.map((number) => number.toFixed(1)),
      ['1.0', '2.0'],
    );
  });
});

describe('uniqueBy', () => {
  it('keeps the first item of a key in the place of the first', () => {
    assert.deepEqual(
      uniqueBy(visits, fanOf).map(({ page }) => page),
      [1, 2],
    );
  });

  it('keeps the last item of a key in the place of the last', () => {
    assert.deepEqual(
      uniqueBy(visits, fanOf, { keep: 'last' }).map(({ page }) => page),
      [2, 3],
    );
  });
});

describe('mapValues', () => {
  it('gives an object for an object and leaves the input alone', () => {
    const input = { in: 1, out: 2 };
    assert.deepEqual(
      mapValues(input, (value, name) => `${name}=${value}`),
      { in: 'in=1', out: 'out=2' },
    );
    assert.deepEqual(input, { in: 1, out: 2 });
  });

  it('keeps an own key called __proto__', () => {
    const doubled = mapValues(JSON.parse('{"__proto__":2}') as Record<string, number>, (value) => value * 2);
    assert.deepEqual(Object.entries(doubled), [['__proto__', 4]]);
  });
});
