import assert from 'node:assert/strict';
import { type BucketSubject, listKeys, put, textOf } from './bucket-subject.ts';
import { assertCode } from './expect.ts';
import type { Case } from './suite.ts';

const ODD_KEYS = [
  '../../escape',
  '..',
  '.',
  '/leading/slash',
  'a//b/',
  'con',
  'NUL.txt',
  'with space ',
  'per%2Fcent',
  'plus+&?#',
  'ключ/鍵',
  '\u{1F600}',
  `${'k'.repeat(1_022)}é`,
];

/** Keys and lists. */
export const bucketKeyCases: readonly Case<BucketSubject>[] = [
  {
    name: 'takes any key as a name, whatever it looks like as a path',
    async run(open) {
      const { bucket } = await open();
      for (const key of ODD_KEYS) await put(bucket, key, `text of ${key}`);
      for (const key of ODD_KEYS) assert.equal(await textOf(bucket, key), `text of ${key}`);
      assert.deepEqual((await listKeys(bucket)).flat().sort(), [...ODD_KEYS].sort());
    },
  },
  {
    name: 'refuses keys of no bytes and of more than 1,024',
    async run(open) {
      const { bucket } = await open();
      await assertCode(bucket.put({ key: '', body: 'x' }), 'validation');
      await assertCode(bucket.put({ key: `${'k'.repeat(1_023)}é`, body: 'x' }), 'validation');
    },
  },
  {
    name: 'lists keys in the order of their UTF-8 bytes',
    async run(open) {
      const { bucket } = await open();
      // The last two stand the other way round in UTF-16.
      const keys = ['A', 'B', 'a', 'a/b', 'a0', 'é', '\uFF5E', '\u{1F600}'];
      for (const key of [...keys].reverse()) await put(bucket, key, 'x');
      assert.deepEqual((await listKeys(bucket)).flat(), keys);
    },
  },
  {
    name: 'lists the keys of a prefix alone, current objects only',
    async run(open) {
      const { bucket } = await open();
      for (const key of ['a/1', 'a/2', 'a/2', 'a/3', 'b/1', 'a', 'a_/1', 'A/1']) await put(bucket, key, key);
      await bucket.delete({ key: 'a/3' });
      assert.deepEqual((await listKeys(bucket, 'a/')).flat(), ['a/1', 'a/2']);
      assert.deepEqual((await listKeys(bucket, 'c')).flat(), []);
      const [object] = (await bucket.list({ prefix: 'a/2' })).objects;
      assert.deepEqual(object, await bucket.head({ key: 'a/2' }));
    },
  },
  {
    name: 'lists page by page, each key once',
    async run(open) {
      const { bucket } = await open();
      for (const key of ['p/1', 'p/2', 'p/3', 'p/4', 'p/5', 'q']) await put(bucket, key, 'x');
      assert.deepEqual(await listKeys(bucket, 'p/', 2), [['p/1', 'p/2'], ['p/3', 'p/4'], ['p/5']]);
      await assertCode(bucket.list({ limit: 1_001 }), 'validation');
      await assertCode(bucket.list({ limit: 0 }), 'validation');
    },
  },
];
