import assert from 'node:assert/strict';
import type { Random } from '@verifiedfan/ports';
import { type Case, createSuite } from './suite.ts';

export type RandomSubject = { random: Random };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DRAWS = 2_000;

const draw = <Value>(next: () => Value): Value[] => Array.from({ length: DRAWS }, next);

export const randomCases: readonly Case<RandomSubject>[] = [
  {
    name: 'draws numbers from 0 up to 1, all over the range',
    async run(open) {
      const { random } = await open();
      const numbers = draw(() => random.next());
      assert.ok(numbers.every((number) => number >= 0 && number < 1));
      const tenths = new Set(numbers.map((number) => Math.floor(number * 10)));
      assert.equal(tenths.size, 10, 'every tenth is met; that one is missed among 2,000 has a chance below 1 in 10^90');
      assert.ok(new Set(numbers).size > DRAWS - 5, 'numbers are fine enough not to repeat');
    },
  },
  {
    name: 'makes version 4 UUIDs in lower case that do not repeat',
    async run(open) {
      const { random } = await open();
      const ids = draw(() => random.uuid());
      for (const id of ids) assert.match(id, UUID);
      assert.equal(new Set(ids).size, DRAWS);
    },
  },
  {
    name: 'gives as many bytes as asked for, of every value',
    async run(open) {
      const { random } = await open();
      for (const count of [0, 1, 33]) assert.equal(random.bytes(count).length, count);
      assert.equal(new Set(random.bytes(DRAWS * 5)).size, 256);
      assert.notDeepEqual(random.bytes(16), random.bytes(16));
    },
  },
];

/** Registers the cases of a source of chance. */
export const randomSuite = createSuite('random', randomCases);
