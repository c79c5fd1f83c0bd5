import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type TemporaryDirectory, temporaryDirectory } from '@verifiedfan/test-utils';
import { createFileStore, createMemoryStore, type SandboxStore } from '../src/index.ts';

const openers: [name: string, open: (directory: TemporaryDirectory) => SandboxStore][] = [
  ['createMemoryStore', () => createMemoryStore()],
  ['createFileStore', ({ path }) => createFileStore({ directory: path })],
];

for (const [name, open] of openers) {
  describe(name, () => {
    it('gives entries back in their order, by pages, for each stand-in alone', async (test) => {
      const store = open(temporaryDirectory(test));
      await Promise.all([1, 2, 3].map((n) => store.append('slack', { n, text: 'line\nbreak' })));
      await store.append('telesign', { n: 9 });
      const first = await store.list('slack', { limit: 2 });
      assert.deepEqual(
        first.map(({ position, entry }) => [position, entry.n]),
        [
          [1, 1],
          [2, 2],
        ],
      );
      const rest = await store.list('slack', { after: 2, limit: 10 });
      assert.deepEqual(rest, [{ position: 3, entry: { n: 3, text: 'line\nbreak' } }]);
      assert.deepEqual(await store.list('nobody', { limit: 10 }), []);
    });

    it('forgets what is cleared, and only that', async (test) => {
      const store = open(temporaryDirectory(test));
      await store.append('slack', { n: 1 });
      await store.append('telesign', { n: 2 });
      await store.clear('slack');
      await store.clear('nobody');
      assert.deepEqual(await store.list('slack', { limit: 10 }), []);
      assert.equal((await store.list('telesign', { limit: 10 })).length, 1);
      await store.append('slack', { n: 3 });
      assert.deepEqual(await store.list('slack', { limit: 10 }), [{ position: 1, entry: { n: 3 } }]);
    });

    it('is not changed through what it was given or gave', async (test) => {
      const store = open(temporaryDirectory(test));
      const entry = { list: [1] };
      await store.append('slack', entry);
      entry.list.push(2);
      (await store.list('slack', { limit: 1 }))[0]?.entry && entry.list.push(3);
      assert.deepEqual((await store.list('slack', { limit: 1 }))[0]?.entry, { list: [1] });
    });
  });
}

describe('createFileStore after a killed process', () => {
  it('still has every whole line, skips the torn one, and goes on behind it', async (test) => {
    const directory = temporaryDirectory(test);
    await createFileStore({ directory: directory.path }).append('slack', { n: 1 });
    appendFileSync(directory.join('slack.jsonl'), '{"n":2,"te');
    const store = createFileStore({ directory: directory.path });
    await store.append('slack', { n: 3 });
    await store.append('slack', { n: 4 });
    const entries = await store.list('slack', { limit: 10 });
    assert.deepEqual(
      entries.map(({ entry }) => entry.n),
      [1, 3, 4],
    );
  });

  it('reports a directory that it cannot read', async (test) => {
    const directory = temporaryDirectory(test);
    appendFileSync(directory.join('file'), '');
    const store = createFileStore({ directory: directory.join('file') });
    await assert.rejects(store.append('slack', {}), { code: 'EEXIST' });
    await assert.rejects(store.list('slack', { limit: 1 }), { code: 'ENOTDIR' });
  });
});
