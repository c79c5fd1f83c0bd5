import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type TemporaryDirectory, temporaryDirectory } from '@verifiedfan/test-utils';
import { createManualClock, createSeededRandom, type FolderBucketOptions, openFolderBucket } from '../../src/index.ts';

const WRITERS = new URL('../support/writers.ts', import.meta.url).pathname;
const random = createSeededRandom(1);

const open = (directory: TemporaryDirectory, options: Partial<FolderBucketOptions> = {}) =>
  openFolderBucket({ location: directory.join('uploads'), clock: createManualClock(), random, ...options });

const filesOf = (directory: TemporaryDirectory): string[] =>
  readdirSync(directory.join('uploads', 'objects'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe('a bucket in a folder', () => {
  it('keeps objects, versions and notifications over a restart, and rises in sequence', async () => {
    using directory = temporaryDirectory();
    const first = open(directory);
    await first.put({ key: '../a', body: 'one' });
    const [before] = await first.versions('../a');
    await first.delete({ key: '../a', version: before?.version ?? '' });
    first.close();
    const second = open(directory);
    const result = await second.put({ key: '../a', body: 'two' });
    assert.ok(result.outcome === 'stored' && before && result.info.sequencer > before.sequencer);
    assert.equal((await second.pending({ limit: 10 })).length, 2);
    assert.equal(second.name, 'uploads');
    second.close();
  });

  it('keeps the newest versions, and those that are still to be notified of', async () => {
    using directory = temporaryDirectory();
    const bucket = open(directory, { keepVersions: 2 });
    for (const body of ['1', '2', '3', '4']) await bucket.put({ key: 'a', body });
    assert.equal((await bucket.versions('a')).length, 4, 'nobody was told of any');
    const [first, second] = await bucket.pending({ limit: 10 });
    await bucket.acknowledge(first?.id ?? '');
    assert.equal((await bucket.versions('a')).length, 3);
    assert.equal(await bucket.get({ key: 'a', version: first?.info.version ?? '' }), undefined);
    await bucket.acknowledge(second?.id ?? '');
    assert.equal(filesOf(directory).length, 2);
    bucket.close();
  });

  it('keeps versions of a removed object until newer ones push them out', async () => {
    using directory = temporaryDirectory();
    const bucket = open(directory, { keepVersions: 1, notify: false });
    const one = await bucket.put({ key: 'a', body: 'one' });
    await bucket.delete({ key: 'a' });
    assert.ok(one.outcome === 'stored' && (await bucket.get({ key: 'a', version: one.info.version })));
    await bucket.put({ key: 'a', body: 'two' });
    assert.equal((await bucket.versions('a')).length, 1);
    assert.deepEqual(await bucket.pending({ limit: 10 }), []);
    bucket.close();
  });

  it('sweeps files of uploads that never became visible when it is opened', async () => {
    using directory = temporaryDirectory();
    const first = open(directory);
    await first.put({ key: 'a', body: 'one' });
    first.close();
    mkdirSync(directory.join('uploads', 'objects', 'ff'), { recursive: true });
    writeFileSync(directory.join('uploads', 'objects', 'ff', 'ffff-half-written'), 'half');
    const second = open(directory);
    assert.equal(filesOf(directory).length, 1);
    assert.ok(await second.get({ key: 'a' }));
    second.close();
  });

  it('reports objects whose bytes are lost or cut, and answers corrupt for them', async () => {
    using directory = temporaryDirectory();
    const first = open(directory);
    await first.put({ key: 'lost', body: 'one' });
    const [lost] = filesOf(directory);
    await first.put({ key: 'cut', body: 'one two' });
    const cut = filesOf(directory).find((path) => path !== lost);
    await first.put({ key: 'sound', body: 'one' });
    first.close();
    unlinkSync(lost ?? '');
    truncateSync(cut ?? '', 3);
    const second = open(directory);
    assert.deepEqual(second.damaged.map(({ key }) => key).sort(), ['cut', 'lost']);
    for (const key of ['cut', 'lost'])
      await assert.rejects(second.get({ key }), { name: 'PortError', code: 'corrupt' });
    assert.ok(await second.get({ key: 'sound' }));
    second.close();
  });

  it('is as it was before an upload that is removed: an object, or a deletion', async () => {
    using directory = temporaryDirectory();
    const first = open(directory);
    const put = async (bucket: typeof first, body: string): Promise<string> => {
      const result = await bucket.put({ key: 'a', body });
      return result.outcome === 'stored' ? result.info.version : assert.fail('refused');
    };
    const oldest = await put(first, 'one');
    await first.delete({ key: 'a' });
    const second = await put(first, 'two');
    const third = await put(first, 'three');
    first.close();
    const bucket = open(directory);
    const size = async () => (await bucket.head({ key: 'a' }))?.size;
    await bucket.delete({ key: 'a', version: third });
    assert.equal(await size(), 3);
    await bucket.delete({ key: 'a', version: second });
    assert.equal(await size(), undefined);
    assert.deepEqual((await bucket.list()).objects, []);
    assert.deepEqual(
      (await bucket.versions('a')).map(({ version }) => version),
      [oldest],
    );
    await bucket.delete({ key: 'a', version: oldest });
    const fourth = await put(bucket, 'four');
    const fifth = await put(bucket, 'fifth');
    await bucket.delete({ key: 'a', version: fifth });
    assert.equal((await bucket.head({ key: 'a' }))?.version, fourth);
    bucket.close();
  });

  it('leaves no file behind after refused and failed uploads', async () => {
    using directory = temporaryDirectory();
    const bucket = open(directory);
    await bucket.put({ key: 'a', body: 'one' });
    let ended = false;
    const body = async function* () {
      try {
        yield Buffer.from('x');
      } finally {
        ended = true;
      }
    };
    const generator = body();
    await generator.next();
    await bucket.put({ key: 'a', body: generator, ifAbsent: true });
    assert.ok(ended, 'a body that is not read is ended');
    const unread = new Readable({ read() {} });
    await bucket.put({ key: 'a', body: unread, ifAbsent: true });
    assert.ok(unread.destroyed, 'a stream that is not read is destroyed');
    await assert.rejects(
      bucket.put({
        key: 'b',
        body: (async function* () {
          yield Buffer.from('x');
          throw new Error('broken');
        })(),
      }),
    );
    assert.equal(filesOf(directory).length, 1);
    bucket.close();
  });

  it('answers disk_full and keeps the earlier object when the disk takes no more', async () => {
    using directory = temporaryDirectory();
    // The limit of the process stands in for the disk: the write in the middle of the upload fails for real.
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -f 1000; exec "$0" "$@"',
      process.execPath,
      WRITERS,
      'full',
      directory.join('uploads'),
    ]);
    assert.deepEqual(stdout.trim().split('\n'), ['disk_full', 'earlier', '1']);
    assert.equal(filesOf(directory).length, 1);
  });

  it('belongs to one process, and answers closed after its end', async () => {
    using directory = temporaryDirectory();
    const bucket = open(directory);
    assert.throws(() => open(directory), { code: 'locked' });
    const waiting = bucket.waitForNotifications(new AbortController().signal);
    bucket.close();
    await waiting;
    await assert.rejects(bucket.put({ key: 'a', body: 'x' }), { code: 'closed' });
    await assert.rejects(bucket.head({ key: 'a' }), { code: 'closed' });
    assert.deepEqual(
      readdirSync(directory.join('uploads')).filter((name) => name === 'objects'),
      [],
    );
  });
});
