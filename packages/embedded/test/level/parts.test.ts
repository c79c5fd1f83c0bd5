import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { type Condition, compareSequences } from '@verifiedfan/ports';
import { holds } from '../../src/level/condition.ts';
import { canonicalJson, deepFreeze } from '../../src/level/json.ts';
import { createRouter } from '../../src/level/router.ts';
import { createRowCache } from '../../src/level/row-cache.ts';
import { longSequences, offsets } from '../../src/level/sequence.ts';
import { createTail } from '../../src/level/tail.ts';
import { createWaiters } from '../../src/level/waiters.ts';

describe('sequences', () => {
  it('are decimal, longer than a JavaScript number, and rise with the number', () => {
    const texts = [1, 9, 10, 99_999, 123_456_789_012].map(longSequences.format);
    for (const text of texts) assert.match(text, /^\d{21,40}$/);
    assert.deepEqual(texts.toSorted(compareSequences), texts);
    assert.deepEqual(texts.map(longSequences.parse), [1, 9, 10, 99_999, 123_456_789_012]);
  });

  it('of other origins keep their order among ours', () => {
    const ours = longSequences.format(5);
    const smaller = ['0', '00', '7', '1'.padEnd(21, '0'), `0${'0'.repeat(40)}5`, '0999990000000000000005'];
    for (const sequence of smaller) assert.equal(longSequences.parse(sequence), 0);
    for (const sequence of [`${ours}0`, '9'.repeat(22), '9'.repeat(129)])
      assert.ok(longSequences.parse(sequence) > 1e14);
    for (const sequence of ['', '-1', '1.5', '0x1', ' 1', '1'.repeat(130)]) {
      assert.throws(() => longSequences.parse(sequence), { code: 'validation' });
    }
  });

  it('of topics are plain offsets', () => {
    assert.deepEqual([0, 1, 2_000].map(offsets.format), ['0', '1', '2000']);
    assert.equal(offsets.parse('0012'), 12);
    assert.ok(offsets.parse('9'.repeat(40)) > 1e14);
  });
});

describe('the tail of a log', () => {
  const fill = (tail: ReturnType<typeof createTail<string>>, from: number, to: number, bytes = 1): void => {
    for (let number = from; number <= to; number++) tail.push(`record ${number}`, bytes);
  };

  it('holds the newest records and lets go of the oldest', () => {
    const tail = createTail<string>({ maxRecords: 3, maxBytes: 100 });
    tail.reset(10);
    fill(tail, 10, 14);
    assert.equal(tail.oldest, 12);
    assert.deepEqual([11, 12, 13, 14, 15].map(tail.get), [undefined, 'record 12', 'record 13', 'record 14', undefined]);
  });

  it('lets go earlier when records are large, of a record over the limit at once', () => {
    const tail = createTail<string>({ maxRecords: 10, maxBytes: 100 });
    fill(tail, 0, 3, 40);
    assert.equal(tail.oldest, 2);
    tail.push('huge', 101);
    assert.equal(tail.oldest, tail.next);
    fill(tail, 5, 5);
    assert.equal(tail.get(5), 'record 5');
  });

  it('holds nothing when it may not, and counts on', () => {
    const tail = createTail<string>({ maxRecords: 0, maxBytes: 100 });
    fill(tail, 0, 3);
    assert.deepEqual([tail.oldest, tail.next, tail.get(3)], [4, 4, undefined]);
  });
});

describe('the cache of rows', () => {
  it('keeps what is used and drops the rest', () => {
    const cache = createRowCache(4);
    const row = (number: number) => ({ item: undefined, number });
    cache.set('hot', row(0));
    for (let number = 1; number <= 20; number++) {
      cache.set(`cold ${number}`, row(number));
      assert.equal(cache.get('hot')?.number, 0);
    }
    assert.equal(cache.get('cold 1'), undefined);
    cache.set('hot', row(99));
    assert.equal(cache.get('hot')?.number, 99);
    cache.clear();
    assert.equal(cache.get('hot'), undefined);
  });
});

describe('waiting consumers', () => {
  it('are woken by the record they wait for, and leave nothing with their signal', async () => {
    const waiters = createWaiters();
    const { signal } = new AbortController();
    const woken: string[] = [];
    const first = waiters.wait(1, signal).then(() => woken.push('first'));
    const second = waiters.wait(2, signal).then(() => woken.push('second'));
    waiters.wake(2);
    await first;
    assert.deepEqual(woken, ['first']);
    waiters.wake(3);
    await second;
    const failing = waiters.wait(9, signal);
    waiters.fail(new Error('closed'));
    await assert.rejects(failing, /closed/);
  });
});

describe('JSON values', () => {
  it('have one text whatever the order of their attributes', () => {
    assert.equal(canonicalJson({ b: 1, a: { d: 1, c: 2 } }), canonicalJson({ a: { c: 2, d: 1 }, b: 1 }));
  });

  it('are frozen all the way down', () => {
    const value = deepFreeze({ list: [{ a: 1 }] });
    assert.throws(() => Object.assign(value.list[0] ?? {}, { a: 2 }), TypeError);
  });
});

describe('routing', () => {
  it('gives every hash to exactly one shard, at the ends of ranges too', () => {
    for (const shards of [1, 2, 3, 7]) {
      const router = createRouter(shards);
      const ranges = Array.from({ length: shards }, (_, index) => router.range(index).map(BigInt));
      assert.equal(ranges[0]?.[0], 0n);
      assert.equal(ranges.at(-1)?.[1], 2n ** 128n - 1n);
      for (let index = 1; index < shards; index++)
        assert.equal(ranges[index]?.[0], (ranges[index - 1]?.[1] ?? 0n) + 1n);
      for (let key = 0; key < 100; key++) {
        const digest = BigInt(`0x${hash('md5', `key ${key}`, 'hex')}`);
        const [start = 0n, end = 0n] = ranges[router.route(`key ${key}`)] ?? [];
        assert.ok(start <= digest && digest <= end);
      }
    }
  });
});

describe('conditions', () => {
  it('see no attribute that an object merely inherits', () => {
    const condition: Condition = { equals: ['constructor', null] };
    assert.equal(holds(condition, { PK: 'p', SK: 's' }), false);
    assert.equal(holds({ exists: 'constructor' }, { PK: 'p', SK: 's', constructor: 1 } as never), true);
  });
});
