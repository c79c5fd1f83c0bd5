import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { createSeededRandom, openFolderBucket, systemClock } from '../../src/index.ts';
import { runAndKill } from '../support/child.ts';

const WRITERS = new URL('../support/writers.ts', import.meta.url).pathname;

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describe('a process that is killed in the middle of an upload', () => {
  for (const after of [1, 8, 25]) {
    it(`leaves whole objects, all that were acknowledged, and a notification for each, after ${after} of them`, async () => {
      using directory = temporaryDirectory();
      const location = directory.join('uploads');
      const { lines, signal } = await runAndKill(WRITERS, ['bucket', location], after);
      assert.equal(signal, 'SIGKILL');
      const bucket = openFolderBucket({ location, clock: systemClock, random: createSeededRandom(1) });
      assert.deepEqual(bucket.damaged, []);
      const uploads = (await Promise.all([0, 1, 2].map((number) => bucket.versions(`key ${number}`)))).flat();
      for (const line of lines) {
        const [, version, etag] = line.split(' ');
        assert.equal(uploads.find((upload) => upload.version === version)?.etag, etag, `upload ${line}`);
      }
      for (const { key, version, etag } of uploads) {
        const found = await bucket.get({ key, version });
        const hash = createHash('md5');
        for await (const chunk of found?.body ?? []) hash.update(chunk);
        assert.equal(hash.digest('hex'), etag, 'no object is torn');
      }
      const pending = await bucket.pending({ limit: 1_000 });
      assert.deepEqual(pending.map(({ info }) => info.version).sort(), uploads.map(({ version }) => version).sort());
      assert.equal(
        filesIn(directory.join('uploads', 'objects')).length,
        uploads.length,
        'no file is left without an object',
      );
      bucket.close();
    });
  }
});
