import assert from 'node:assert/strict';
import { compareSequencers } from '@verifiedfan/ports';
import { bucketKeyCases } from './bucket-key-cases.ts';
import { type BucketSubject, chunksOf, md5, put, readAll, textOf } from './bucket-subject.ts';
import { assertCode } from './expect.ts';
import { type Case, createSuite } from './suite.ts';

const writingCases: readonly Case<BucketSubject>[] = [
  {
    name: 'hands back the bytes with their size, their MD5 and their version',
    async run(open) {
      const { bucket } = await open();
      const info = await put(bucket, 'scores.csv', Uint8Array.of(0, 255, 10));
      assert.deepEqual([info.key, info.size, info.etag], ['scores.csv', 3, md5(Uint8Array.of(0, 255, 10))]);
      assert.ok(info.version !== '' && info.modifiedAtMs > 1e12);
      assert.deepEqual(await bucket.head({ key: 'scores.csv' }), info);
      const found = await bucket.get({ key: 'scores.csv' });
      assert.deepEqual(found?.info, info);
      const chunks = await found.body.toArray();
      assert.deepEqual([...Buffer.concat(chunks)], [0, 255, 10]);
    },
  },
  {
    name: 'takes text as UTF-8, a stream chunk by chunk, and nothing at all',
    async run(open) {
      const { bucket } = await open();
      await put(bucket, 'text', 'é✓');
      await put(bucket, 'stream', chunksOf('first,', 'second,', 'third'));
      const empty = await put(bucket, 'empty', '');
      assert.deepEqual(
        [await textOf(bucket, 'text'), await textOf(bucket, 'stream'), await textOf(bucket, 'empty')],
        ['é✓', 'first,second,third', ''],
      );
      assert.deepEqual([empty.size, empty.etag], [0, md5('')]);
    },
  },
  {
    name: 'leaves the earlier object as it was when a body fails half-way',
    async run(open) {
      const { bucket } = await open();
      const earlier = await put(bucket, 'a', 'earlier');
      const failure = new Error('the source broke');
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('half');
        throw failure;
      };
      await assert.rejects(bucket.put({ key: 'a', body: failing() }), failure);
      await assert.rejects(bucket.put({ key: 'b', body: failing() }), failure);
      assert.deepEqual(await bucket.head({ key: 'a' }), earlier);
      assert.equal(await textOf(bucket, 'a'), 'earlier');
      assert.equal(await bucket.head({ key: 'b' }), undefined);
    },
  },
  {
    name: 'keeps earlier uploads of a key by version, newest first, with rising sequencers',
    async run(open) {
      const { bucket } = await open();
      const uploads = [await put(bucket, 'a', 'one'), await put(bucket, 'a', 'two'), await put(bucket, 'a', 'three')];
      assert.equal(await textOf(bucket, 'a'), 'three');
      assert.equal(await textOf(bucket, 'a', uploads[0]?.version), 'one');
      assert.deepEqual(await bucket.versions('a'), [...uploads].reverse());
      assert.equal(new Set(uploads.map(({ version }) => version)).size, 3);
      const sequencers = uploads.map(({ sequencer }) => sequencer);
      assert.ok(compareSequencers(sequencers[0] ?? '', sequencers[1] ?? '') < 0);
      assert.ok(compareSequencers(sequencers[1] ?? '', sequencers[2] ?? '') < 0);
    },
  },
  {
    name: 'creates only what is absent when asked to, also when two try at once',
    async run(open) {
      const { bucket } = await open();
      const both = await Promise.all(
        ['one', 'two'].map((text) => bucket.put({ key: 'a', body: chunksOf(text), ifAbsent: true })),
      );
      assert.deepEqual(both.map(({ outcome }) => outcome).sort(), ['refused', 'stored']);
      assert.deepEqual(await bucket.put({ key: 'a', body: 'three', ifAbsent: true }), { outcome: 'refused' });
      assert.equal(await textOf(bucket, 'a'), both[0]?.outcome === 'stored' ? 'one' : 'two');
      assert.equal((await bucket.versions('a')).length, 1);
    },
  },
  {
    name: 'replaces only the ETag it was asked to replace',
    async run(open) {
      const { bucket } = await open();
      assert.deepEqual(await bucket.put({ key: 'a', body: 'x', ifMatch: md5('one') }), { outcome: 'refused' });
      const { etag } = await put(bucket, 'a', 'one');
      assert.equal((await bucket.put({ key: 'a', body: 'two', ifMatch: etag })).outcome, 'stored');
      assert.deepEqual(await bucket.put({ key: 'a', body: 'three', ifMatch: etag }), { outcome: 'refused' });
      assert.equal(await textOf(bucket, 'a'), 'two');
    },
  },
];

const readingCases: readonly Case<BucketSubject>[] = [
  {
    name: 'answers undefined for what it does not have',
    async run(open) {
      const { bucket } = await open();
      const { version } = await put(bucket, 'a', 'one');
      assert.equal(await bucket.get({ key: 'b' }), undefined);
      assert.equal(await bucket.head({ key: 'b' }), undefined);
      assert.equal(await bucket.head({ key: 'b', version }), undefined);
      assert.deepEqual(await bucket.versions('b'), []);
    },
  },
  {
    name: 'reads a range with both its ends, or from a byte on',
    async run(open) {
      const { bucket } = await open();
      await put(bucket, 'a', '0123456789');
      const textOfRange = async (range: readonly [number, number?]) => {
        const found = await bucket.get({ key: 'a', range });
        assert.equal(found?.info.size, 10, 'the size is that of the object');
        return readAll(found.body);
      };
      assert.deepEqual(
        [await textOfRange([2, 5]), await textOfRange([7]), await textOfRange([0, 0]), await textOfRange([9, 9])],
        ['2345', '789', '0', '9'],
      );
    },
  },
  {
    name: 'refuses a range that leads beyond the end',
    async run(open) {
      const { bucket } = await open();
      await put(bucket, 'a', '0123456789');
      await assertCode(bucket.get({ key: 'a', range: [10] }), 'validation');
      await assertCode(bucket.get({ key: 'a', range: [0, 10] }), 'validation');
      await assertCode(bucket.get({ key: 'a', range: [5, 4] }), 'validation');
    },
  },
  {
    name: 'reads an object to its end that is replaced meanwhile',
    async run(open) {
      const { bucket } = await open();
      const text = 'old '.repeat(100_000);
      await put(bucket, 'a', text);
      const found = await bucket.get({ key: 'a' });
      await put(bucket, 'a', 'new');
      assert.ok(found);
      assert.equal(md5(await readAll(found.body)), md5(text));
    },
  },
  {
    name: 'removes an object, and takes the removal of something unknown',
    async run(open) {
      const { bucket } = await open();
      await put(bucket, 'a', 'one');
      await bucket.delete({ key: 'a' });
      await bucket.delete({ key: 'a' });
      await bucket.delete({ key: 'never', version: 'unknown' });
      assert.equal(await bucket.get({ key: 'a' }), undefined);
      assert.deepEqual((await bucket.list()).objects, []);
      assert.equal((await bucket.put({ key: 'a', body: 'two', ifAbsent: true })).outcome, 'stored');
    },
  },
  {
    name: 'removes one version and shows the one before it',
    async run(open) {
      const { bucket } = await open();
      const [one, two] = [await put(bucket, 'a', 'one'), await put(bucket, 'a', 'two')];
      await bucket.delete({ key: 'a', version: two.version });
      assert.equal(await textOf(bucket, 'a'), 'one');
      assert.deepEqual(await bucket.versions('a'), [one]);
      await bucket.delete({ key: 'a', version: one.version });
      assert.equal(await bucket.head({ key: 'a' }), undefined);
    },
  },
];

export const bucketCases: readonly Case<BucketSubject>[] = [...writingCases, ...readingCases, ...bucketKeyCases];

/** Registers the cases of a bucket. */
export const bucketSuite = createSuite('bucket', bucketCases);
