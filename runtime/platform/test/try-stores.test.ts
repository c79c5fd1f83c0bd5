import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createEmbeddedPlatform, tryEngines, tryStores } from '@verifiedfan/platform';
import type { Catalogue } from '@verifiedfan/ports';
import { failOnLeaks, temporaryDirectory } from '@verifiedfan/test-utils';
import { CATALOGUE } from './support.ts';

const fill = async (directory: string): Promise<void> => {
  const platform = createEmbeddedPlatform({ directory, catalogue: CATALOGUE });
  await platform.table('people').updateMany([{ put: { PK: 'a', SK: 'b' } }]);
  await platform.stream('scores').putMany([{ partitionKey: 'a', data: '1' }]);
  await platform.bucket('files').put({ key: 'k', body: Buffer.from('text') });
  await platform.queue('work').sendMany([{ body: 'text' }]);
  await platform.close();
};

describe('tryStores', () => {
  it('finds nothing wrong with stores that it can read, and makes none', async (test) => {
    failOnLeaks(test);
    const { path, join } = temporaryDirectory(test);
    assert.deepEqual(await tryStores({ directory: path, catalogue: CATALOGUE }), []);
    assert.deepEqual(readdirSync(path), []);
    await fill(path);
    assert.deepEqual(await tryStores({ directory: path, catalogue: CATALOGUE }), []);
    assert.deepEqual(readdirSync(join('tables')), ['people']);
    assert.ok(!readdirSync(path).includes('topics'));
  });

  it('names every store that cannot be read', async (test) => {
    failOnLeaks(test);
    const { path, join } = temporaryDirectory(test);
    await fill(path);
    writeFileSync(join('queues.sqlite'), 'this is no database'.repeat(100));
    const catalogue: Catalogue = { ...CATALOGUE, scores: { kind: 'stream', purpose: 'Records.', shards: 3 } };
    const faults = await tryStores({ directory: path, catalogue });
    assert.deepEqual(faults.map(({ code }) => code).toSorted(), ['corrupt', 'validation']);
    assert.match(faults.map(({ message }) => message).join(), /scores: made with 1 shards, opened with 3/);
  });
});

describe('tryEngines', () => {
  it('leaves nothing behind', async (test) => {
    failOnLeaks(test);
    const { path } = temporaryDirectory(test);
    await tryEngines(path);
    assert.deepEqual(readdirSync(path), []);
  });

  it('rejects where it cannot write', async (test) => {
    const { join } = temporaryDirectory(test);
    writeFileSync(join('file'), '');
    await assert.rejects(tryEngines(join('file')));
  });
});
