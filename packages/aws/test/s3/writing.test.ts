import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { createProbe } from '@verifiedfan/test-utils';
import { createS3Bucket, type S3BucketOptions } from '../../src/index.ts';
import { type Answer, type Seen, startService } from '../clients/fake-service.ts';
import { BUCKET, callOf, versionsXml, xml, xmlError } from './fake-s3.ts';

const PART_BYTES = 5 * 2 ** 20;

/** Answers by call, and by how often it was made; a call without an answer of its own succeeds. */
const open = async (
  context: TestContext,
  answers: Record<string, Answer[]>,
  options: Partial<S3BucketOptions> = {},
) => {
  const counts: Record<string, number> = {};
  const usual: Record<string, Answer> = {
    PutObject: (_, response) => response.writeHead(200, { 'x-amz-version-id': 'v1', etag: '"e"' }).end(),
    UploadPart: (_, response) => response.writeHead(200, { etag: '"part"' }).end(),
    CreateMultipartUpload: (_, response) =>
      xml(response, '<InitiateMultipartUploadResult><UploadId>U</UploadId></InitiateMultipartUploadResult>'),
    CompleteMultipartUpload: (_, response) => {
      response.setHeader('x-amz-version-id', 'v1');
      xml(response, '<CompleteMultipartUploadResult><ETag>"x-2"</ETag></CompleteMultipartUploadResult>');
    },
    AbortMultipartUpload: (_, response) => response.writeHead(204).end(),
    ListObjectVersions: ({ url }, response) => {
      const key = new URL(url, 'http://s3').searchParams.get('prefix') ?? '';
      xml(response, versionsXml([{ key, version: 'v1' }]));
    },
  };
  const service = await startService(context, (request, response) => {
    const call = callOf(request);
    const count = counts[call] ?? 0;
    counts[call] = count + 1;
    const answer = answers[call]?.[count] ?? usual[call];
    return answer ? answer(request, response) : xmlError(response, 'NotImplemented', 501);
  });
  const bucket = createS3Bucket({
    name: 'scoringBucket',
    bucketName: BUCKET,
    connection: service.connection,
    partBytes: PART_BYTES,
    partsAtOnce: 2,
    ...options,
  });
  return { bucket, calls: () => service.seen.map(callOf), seen: service.seen };
};

const failWith =
  (name: string, status: number): Answer =>
  (_, response) =>
    xmlError(response, name, status);
const lose: Answer = (_, response) => void response.socket?.destroy();
const markOf = (request: Seen | undefined): string => String(request?.headers['x-amz-meta-upload']);

async function* bytes(size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= 100_000) yield Buffer.alloc(Math.min(left, 100_000));
}

describe('writing to S3', () => {
  it('repeats a throttled request, and says throttled in the end', async (context) => {
    const once = await open(context, { PutObject: [failWith('SlowDown', 503)] });
    assert.equal((await once.bucket.put({ key: 'a', body: 'x' })).outcome, 'stored');
    const always = await open(context, { PutObject: [failWith('SlowDown', 503), failWith('SlowDown', 503)] });
    await assert.rejects(always.bucket.put({ key: 'a', body: 'x' }), (error: unknown) => {
      assert.ok(error instanceof PortError);
      assert.deepEqual([error.code, error.retryable, error.resource], ['throttled', true, 'scoringBucket']);
      assert.ok(!error.message.includes('fan@example.com'));
      return true;
    });
  });

  it('lets an upload take as long as it takes', async (context) => {
    const asked = createProbe<() => void>();
    const { bucket } = await open(context, {
      PutObject: [
        (_, response) => asked.note(() => response.writeHead(200, { 'x-amz-version-id': 'v1', etag: '"e"' }).end()),
      ],
    });
    // The SDK's timers are moved by hand.
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const storing = bucket.put({ key: 'a', body: 'x' });
    const [answer] = await asked.first(1);
    context.mock.timers.tick(600_000);
    answer?.();
    assert.equal((await storing).outcome, 'stored');
  });

  it('gives up an upload of which nothing is taken and nothing said for a while', async (context) => {
    const { bucket, calls } = await open(context, { PutObject: [() => {}, () => {}] }, { stallMs: 20 });
    await assert.rejects(bucket.put({ key: 'a', body: 'x' }), { code: 'unavailable' });
    assert.deepEqual(calls(), ['PutObject', 'PutObject']);
  });

  it('gives up the parts when one of them is not taken', async (context) => {
    const { bucket, calls } = await open(context, { UploadPart: [failWith('AccessDenied', 403)] });
    await assert.rejects(bucket.put({ key: 'a', body: bytes(PART_BYTES + 1) }), { code: 'validation' });
    assert.ok(calls().includes('AbortMultipartUpload'));
    assert.ok(!calls().includes('CompleteMultipartUpload'));
  });

  it('gives up the parts when the body fails, and answers with its error though giving up fails too', async (context) => {
    const { bucket, calls } = await open(context, { AbortMultipartUpload: [failWith('AccessDenied', 403)] });
    const failure = new Error('the source broke');
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield* bytes(PART_BYTES * 2);
      throw failure;
    };
    await assert.rejects(bucket.put({ key: 'a', body: failing() }), failure);
    assert.ok(calls().includes('AbortMultipartUpload'));
    assert.ok(!calls().includes('CompleteMultipartUpload'));
  });

  it('puts the condition on the request that makes the object visible', async (context) => {
    const refused = failWith('PreconditionFailed', 412);
    const { bucket, seen, calls } = await open(context, {
      CompleteMultipartUpload: [refused],
      ListObjectVersions: [(_, response) => xml(response, versionsXml([]))],
    });
    assert.deepEqual(await bucket.put({ key: 'a', body: bytes(PART_BYTES + 1), ifAbsent: true }), {
      outcome: 'refused',
    });
    const complete = seen.find((request) => callOf(request) === 'CompleteMultipartUpload');
    assert.equal(complete?.headers['if-none-match'], '*');
    assert.ok(calls().includes('AbortMultipartUpload'));
  });

  it('refuses a long upload before its first part when its condition is broken already, and ends its body', async (context) => {
    const { bucket, calls } = await open(context, {});
    const body = Readable.from(bytes(PART_BYTES * 3), { objectMode: false });
    assert.deepEqual(await bucket.put({ key: 'a', body, ifAbsent: true }), { outcome: 'refused' });
    assert.deepEqual(calls(), ['ListObjectVersions']);
    assert.ok(body.destroyed);
  });

  it('knows its own upload when the answer was lost and the repetition is refused', async (context) => {
    const head: Answer = (request, response) => {
      const version = request.url.includes('/b') ? 'other' : 'v1';
      const mark = version === 'v1' ? markOf(seen[0]) : 'somebody else';
      response.writeHead(200, { 'x-amz-meta-upload': mark, 'x-amz-version-id': version, 'content-length': '1' }).end();
    };
    const { bucket, seen } = await open(context, {
      PutObject: [lose, failWith('PreconditionFailed', 412), lose, failWith('PreconditionFailed', 412)],
      HeadObject: [head, head],
    });
    assert.equal((await bucket.put({ key: 'a', body: 'x', ifAbsent: true })).outcome, 'stored');
    assert.equal((await bucket.put({ key: 'b', body: 'x', ifAbsent: true })).outcome, 'refused');
    assert.equal(seen[0]?.headers['x-amz-meta-upload'], seen[1]?.headers['x-amz-meta-upload']);
  });

  it('repeats while two writers are in the way of each other', async (context) => {
    const conflict = failWith('ConditionalRequestConflict', 409);
    const { bucket, calls } = await open(context, {
      PutObject: [conflict, conflict],
      ListObjectVersions: [(_, r) => xml(r, versionsXml([])), (_, r) => xml(r, versionsXml([]))],
    });
    assert.equal((await bucket.put({ key: 'a', body: 'x', ifAbsent: true })).outcome, 'stored');
    assert.equal(calls().filter((call) => call === 'PutObject').length, 3);
  });

  it('refuses an ETag that S3 cannot have given without a request', async (context) => {
    const { bucket, calls } = await open(context, {});
    assert.deepEqual(await bucket.put({ key: 'a', body: 'x', ifMatch: 'e"\r\n' }), { outcome: 'refused' });
    assert.deepEqual(calls(), []);
  });

  it('sends a body of one part in one request, and with its length', async (context) => {
    const { bucket, seen } = await open(context, {});
    await bucket.put({ key: '../a b+%', body: bytes(PART_BYTES) });
    assert.deepEqual([seen[0]?.method, seen[0]?.url.split('?')[0]], ['PUT', `/${BUCKET}/../a%20b%2B%25`]);
    assert.equal(Number(seen[0]?.headers['content-length']), PART_BYTES);
  });
});
