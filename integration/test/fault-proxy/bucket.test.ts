import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { awsConnection } from '../../src/index.ts';
import { makeBucket, makeClient } from '../s3/make-bucket.ts';
import { assertStruck, HOUR_MS, isPortError, startProxy } from './set-up.ts';

const MEBIBYTE = 2 ** 20;

const open = async (test: TestContext, options: { maxAttempts?: number } = {}) => {
  const { proxy, connection } = await startProxy(test, 'ministack');
  return { proxy, bucket: await makeBucket({ ...connection, ...options }) };
};

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 100_000) yield bytes.subarray(start, start + 100_000);
}

describe('a bucket behind the fault proxy', () => {
  it('repeats what S3 was too busy for, and what was cut off', async (test) => {
    const { proxy, bucket } = await open(test);
    proxy.add({ kind: 'throttle', times: 1 });
    assert.equal((await bucket.put({ key: 'a', body: 'content' })).outcome, 'stored');
    proxy.add({ kind: 'lose-answer', times: 1 });
    assert.equal((await bucket.head({ key: 'a' }))?.size, 7);
    proxy.add({ kind: 'cut-answer', operations: ['s3.ListObjectVersions'], times: 1 });
    assert.deepEqual(
      (await bucket.list()).objects.map(({ key }) => key),
      ['a'],
    );
    assert.deepEqual(proxy.counts().injected, { throttle: 1, 'lose-answer': 1, 'cut-answer': 1 });
  });

  it('stores a long body whose parts are throttled, cut and lost, and leaves no parts behind', async (test) => {
    const { proxy, bucket } = await open(test);
    const bytes = randomBytes(18 * MEBIBYTE);
    proxy.add({ kind: 'cut-request', operations: ['s3.UploadPart'], times: 1 });
    proxy.add({ kind: 'throttle', operations: ['s3.UploadPart'], times: 1 });
    proxy.add({ kind: 'lose-answer', operations: ['s3.UploadPart'], times: 1 });
    const put = await bucket.put({ key: 'big', body: chunksOf(bytes) });
    assert.ok(put.outcome === 'stored' && put.info.size === bytes.length);
    assertStruck(proxy, 'cut-request', 'throttle', 'lose-answer');
    const found = await bucket.get({ key: 'big' });
    assert.ok(bytes.equals(Buffer.concat((await found?.body.toArray()) ?? [])));
    const client = makeClient(awsConnection('ministack'));
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket.bucketName }));
    client.destroy();
    assert.deepEqual(Uploads, []);
  });

  it('knows its own conditional upload when the answer to it was lost', async (test) => {
    const { proxy, bucket } = await open(test);
    proxy.add({ kind: 'lose-answer', operations: ['s3.PutObject'], times: 1 });
    assert.equal((await bucket.put({ key: 'a', body: 'mine', ifAbsent: true })).outcome, 'stored');
    assertStruck(proxy, 'lose-answer');
    assert.equal((await bucket.versions('a')).length, 1);
    assert.equal((await bucket.put({ key: 'a', body: 'theirs', ifAbsent: true })).outcome, 'refused');
  });

  it('says unavailable when a body breaks off in the middle', async (test) => {
    const { proxy, bucket } = await open(test);
    await bucket.put({ key: 'big', body: randomBytes(MEBIBYTE) });
    proxy.add({ kind: 'cut-answer', operations: ['s3.GetObject'], times: 1 });
    const found = await bucket.get({ key: 'big' });
    await assert.rejects(found?.body.toArray() ?? Promise.resolve(), isPortError('unavailable', 'scoringBucket'));
    const again = await bucket.get({ key: 'big' });
    assert.equal(Buffer.concat((await again?.body.toArray()) ?? []).length, MEBIBYTE);
  });

  it('sets its clock by the service when its own is wrong', async (test) => {
    const { proxy, bucket } = await open(test);
    proxy.add({ kind: 'wrong-clock', skewMs: HOUR_MS });
    assert.equal((await bucket.put({ key: 'a', body: 'content' })).outcome, 'stored');
    assert.equal(proxy.counts().injected['wrong-clock'], 1);
    assert.equal((await bucket.head({ key: 'a' }))?.size, 7);
  });

  it('says at the start that its credentials are wrong, after one request', async (test) => {
    const { proxy, bucket } = await open(test);
    proxy.forgetCounts();
    proxy.add({ kind: 'wrong-credentials' });
    await assert.rejects(bucket.verify(), isPortError('validation', 'scoringBucket'));
    assert.equal(proxy.counts().requests, 1);
  });

  it('says that a server which is away may be asked again, and goes on when it is back', async (test) => {
    const { proxy, bucket } = await open(test, { maxAttempts: 2 });
    await proxy.down();
    await assert.rejects(bucket.head({ key: 'a' }), isPortError('unavailable', 'scoringBucket'));
    await proxy.up();
    assert.equal(await bucket.head({ key: 'a' }), undefined);
  });
});
