import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { compareSequencers, PortError } from '@verifiedfan/ports';
import { createManualClock, nextTurn } from '@verifiedfan/test-utils';
import { createS3Bucket, S3 } from '../../src/index.ts';
import { type Answer, startService } from '../clients/fake-service.ts';
import { BUCKET, callOf, type FakeVersion, versionsXml, xml, xmlError } from './fake-s3.ts';

const SIZE = 1_000_000;
const big: FakeVersion = { key: 'a', version: 'v1', size: SIZE };

/** A bucket whose lists come page by page and whose bodies are sent by the test. */
const open = async (
  context: TestContext,
  { pages = [versionsXml([big])], get }: { pages?: string[]; get?: Answer },
) => {
  const clock = createManualClock();
  let page = 0;
  const service = await startService(
    context,
    (request, response) => {
      const call = callOf(request);
      if (call === 'ListObjectVersions') return xml(response, pages[page++] ?? versionsXml([]));
      if (call === 'GetObject' && get !== undefined) return get(request, response);
      return xmlError(response, 'NotImplemented', 501);
    },
    { clock },
  );
  const bucket = createS3Bucket({ name: 'scoringBucket', bucketName: BUCKET, connection: service.connection });
  return { ...service, bucket, clock };
};

const half: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': SIZE });
  response.write(Buffer.alloc(SIZE / 2));
};

const failureOf = async (body: AsyncIterable<unknown>): Promise<PortError> => {
  try {
    for await (const _ of body);
  } catch (error) {
    if (error instanceof PortError) return error;
  }
  return assert.fail('the body ended, or failed with no error of a port');
};

describe('reading from S3', () => {
  it('says unavailable when the connection is lost in the middle of a body', async (context) => {
    const { bucket } = await open(context, {
      get: (request, response) => {
        half(request, response);
        setImmediate(() => response.socket?.destroy());
      },
    });
    const found = await bucket.get({ key: 'a' });
    assert.ok(found);
    const { code, retryable, resource } = await failureOf(found.body);
    assert.deepEqual([code, retryable, resource], ['unavailable', true, 'scoringBucket']);
  });

  it('says unavailable when no more bytes come', async (context) => {
    const { bucket, clock } = await open(context, { get: half });
    const found = await bucket.get({ key: 'a' });
    assert.ok(found);
    const failed = failureOf(found.body);
    let read = 0;
    found.body.on('data', (chunk: Buffer) => {
      read += chunk.length;
    });
    while (read < SIZE / 2) await once(found.body, 'data');
    await clock.waitForSleepers();
    await clock.advance(30_000);
    assert.equal((await failed).code, 'unavailable');
  });

  it('lets a slow reader take its time', async (context) => {
    const { bucket, clock } = await open(context, {
      get: (_, response) => response.writeHead(200, { 'content-length': SIZE }).end(Buffer.alloc(SIZE)),
    });
    const found = await bucket.get({ key: 'a' });
    assert.ok(found);
    await once(found.body, 'readable');
    const isFull = () => found.body.readableLength >= found.body.readableHighWaterMark;
    for (let turn = 0; turn < 10_000 && !isFull(); turn += 1) await nextTurn();
    assert.ok(isFull(), 'there is something to read');
    await clock.advance(3_600_000);
    let read = 0;
    for await (const chunk of found.body) read += chunk.length;
    assert.equal(read, SIZE);
  });

  it('closes the connection of a body that is destroyed half-way', async (context) => {
    const { bucket, openConnections } = await open(context, { get: half });
    const found = await bucket.get({ key: 'a' });
    assert.ok(found);
    await once(found.body, 'readable');
    const before = openConnections();
    found.body.destroy();
    // Turns of the event loop, so that a connection that stays open fails the test instead of hanging it.
    for (let turn = 0; turn < 10_000 && openConnections() === before; turn += 1) await nextTurn();
    assert.equal(openConnections(), before - 1);
  });

  it('answers the bytes of a range also from a server that ignores ranges', async (context) => {
    const { bucket } = await open(context, {
      pages: [versionsXml([{ key: 'a', version: 'v1', size: 10 }])],
      get: (_, response) => response.writeHead(200, { 'content-length': 10 }).end('0123456789'),
    });
    const found = await bucket.get({ key: 'a', range: [3, 5] });
    assert.equal(Buffer.concat((await found?.body.toArray()) ?? []).toString(), '345');
  });

  it('answers undefined when the object is removed between the look-up and the read', async (context) => {
    const { bucket } = await open(context, { get: (_, response) => xmlError(response, 'NoSuchVersion', 404) });
    assert.equal(await bucket.get({ key: 'a' }), undefined);
  });

  it('says unavailable when a list is cut off in the middle', async (context) => {
    const cut = versionsXml([big]).slice(0, 300);
    const { bucket } = await open(context, { pages: [cut, cut, cut] });
    await assert.rejects(bucket.head({ key: 'a' }), { name: 'PortError', code: 'unavailable' });
  });

  it('finds an upload behind the first page of a key, and orders uploads of one second', async (context) => {
    const at = '2026-01-05T10:00:00.000Z';
    // The newest was begun before the others: a multipart upload.
    const newest = { key: 'a', version: 'v4', at: '2026-01-05T09:59:58.000Z' };
    const others = ['v3', 'v2', 'v1'].map((version) => ({ key: 'a', version, at, latest: false }));
    const pages = [
      versionsXml([newest, ...others.slice(0, 1)], { key: 'a', version: 'v3' }),
      versionsXml([...others.slice(1), { key: 'a2', version: 'w' }]),
    ];
    const { bucket, seen } = await open(context, { pages });
    const uploads = await bucket.versions('a');
    assert.deepEqual(
      uploads.map(({ version }) => version),
      ['v4', 'v3', 'v2', 'v1'],
    );
    for (const [index, { sequencer }] of uploads.slice(1).entries()) {
      assert.ok(compareSequencers(sequencer, uploads[index]?.sequencer ?? '') < 0);
    }
    assert.ok(seen[1]?.url.includes('key-marker=a&') && seen[1].url.includes('version-id-marker=v3'));
  });

  it('leaves keys out of a list that stand behind a deletion, and goes on where a page ended', async (context) => {
    const versions = [
      { key: 'a', version: '1', latest: false },
      { key: 'b+c/é', version: '2' },
      { key: 'd', version: '3' },
    ];
    const { bucket } = await open(context, { pages: [versionsXml(versions), versionsXml(versions)] });
    const first = await bucket.list({ limit: 1 });
    assert.deepEqual(
      first.objects.map(({ key }) => key),
      ['b+c/é'],
    );
    // This server begins a page at its marker instead of behind it.
    const second = await bucket.list({ limit: 1, cursor: first.cursor ?? '' });
    assert.deepEqual([second.objects.map(({ key }) => key), second.cursor], [['d'], undefined]);
    await assert.rejects(bucket.list({ cursor: '§' }), { code: 'validation' });
  });

  it('names the bucket that does not exist', async (context) => {
    const service = await startService(context, (_, response) => xmlError(response, 'NoSuchBucket', 404));
    const { getObject } = S3({ connection: service.connection });
    await assert.rejects(getObject({ Bucket: 'scores-dev', Key: 'a' }), { code: 'not_found', resource: 'scores-dev' });
  });
});
