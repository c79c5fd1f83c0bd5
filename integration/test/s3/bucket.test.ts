import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { S3 } from '@verifiedfan/aws';
import { PortError } from '@verifiedfan/ports';
import { awsConnection } from '../../src/index.ts';
import { makeBucket, makeClient } from './make-bucket.ts';

const MEBIBYTE = 2 ** 20;

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the S3 driver beyond the port', () => {
  const connection = awsConnection('ministack');

  it('stores and reads a stream of several parts', async () => {
    const bucket = await makeBucket(connection);
    const bytes = randomBytes(20 * MEBIBYTE + 17);
    const put = await bucket.put({ key: 'big', body: chunksOf(bytes, 300_001) });
    assert.ok(put.outcome === 'stored');
    assert.deepEqual([put.info.size, put.info.etag.slice(-2)], [bytes.length, '-3']);
    const found = await bucket.get({ key: 'big' });
    assert.equal(digest(Buffer.concat((await found?.body.toArray()) ?? [])), digest(bytes));
    const middle = await bucket.get({ key: 'big', range: [8 * MEBIBYTE - 2, 8 * MEBIBYTE + 1] });
    assert.deepEqual(
      Buffer.concat((await middle?.body.toArray()) ?? []),
      bytes.subarray(8 * MEBIBYTE - 2, 8 * MEBIBYTE + 2),
    );
  });

  it('leaves neither an object nor parts of a long body that fails', async () => {
    const bucket = await makeBucket(connection);
    const failure = new Error('the source broke');
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield randomBytes(18 * MEBIBYTE);
      throw failure;
    };
    await assert.rejects(bucket.put({ key: 'big', body: failing() }), failure);
    assert.equal(await bucket.head({ key: 'big' }), undefined);
    const client = makeClient(connection);
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket.bucketName }));
    client.destroy();
    assert.deepEqual(Uploads, []);
  });

  it('lets one of two long uploads create a key', async () => {
    const bucket = await makeBucket(connection);
    const bodies = [randomBytes(9 * MEBIBYTE), randomBytes(9 * MEBIBYTE)];
    const results = await Promise.all(bodies.map((body) => bucket.put({ key: 'big', body, ifAbsent: true })));
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['refused', 'stored']);
    assert.equal((await bucket.versions('big')).length, 1);
  });

  it('takes its own ETag of several parts as a condition', async () => {
    const bucket = await makeBucket(connection);
    const first = await bucket.put({ key: 'big', body: randomBytes(9 * MEBIBYTE) });
    assert.ok(first.outcome === 'stored');
    const { etag: ifMatch } = first.info;
    assert.equal((await bucket.put({ key: 'big', body: 'small', ifMatch })).outcome, 'stored');
    assert.equal((await bucket.put({ key: 'big', body: 'late', ifMatch })).outcome, 'refused');
  });

  it('reads what an ordinary client stored, and orders it with its own uploads', async () => {
    const bucket = await makeBucket(connection);
    const client = makeClient(connection);
    await bucket.put({ key: 'a', body: 'one' });
    await client.send(new PutObjectCommand({ Bucket: bucket.bucketName, Key: 'a', Body: 'two' }));
    await bucket.put({ key: 'a', body: 'three' });
    client.destroy();
    const uploads = await bucket.versions('a');
    assert.deepEqual(
      uploads.map(({ size }) => size),
      [5, 3, 3],
    );
    const sequencers = uploads.map(({ sequencer }) => sequencer);
    assert.deepEqual(sequencers, [...sequencers].sort().reverse());
  });

  it('says when a bucket is missing or keeps no versions', async () => {
    await (await makeBucket(connection)).verify();
    const plain = await makeBucket(connection, { versions: false });
    await assert.rejects(plain.verify(), (error: unknown) => {
      assert.ok(error instanceof PortError);
      assert.equal(error.code, 'validation');
      assert.ok(error.message.includes(plain.bucketName) && error.message.includes('versioning'));
      return true;
    });
    const { getObject } = S3({ connection });
    await assert.rejects(getObject({ Bucket: 'no-such-bucket-here', Key: 'a' }), { code: 'not_found' });
  });

  it('serves the thin client, in a bucket without versions too', async () => {
    const { bucketName: Bucket } = await makeBucket(connection, { versions: false });
    const { getObject, putObject } = S3({ connection });
    await putObject({ Bucket, Key: 'a+b', Body: chunksOf(Buffer.from('text'), 2) });
    const { body, size, etag } = await getObject({ Bucket, Key: 'a+b' });
    assert.deepEqual([Buffer.concat(await body.toArray()).toString(), size, etag.length], ['text', 4, 32]);
    await assert.rejects(getObject({ Bucket, Key: 'b' }), { code: 'not_found' });
  });
});
