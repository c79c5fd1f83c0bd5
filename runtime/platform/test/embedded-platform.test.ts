import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { createEmbeddedPlatform } from '@verifiedfan/platform';
import type { Platform } from '@verifiedfan/ports';
import { createSeededRandom, failOnLeaks, temporaryDirectory } from '@verifiedfan/test-utils';
import { CATALOGUE } from './support.ts';

const open = (test: TestContext) => {
  failOnLeaks(test);
  const directory = temporaryDirectory(test);
  const make = (): Platform => createEmbeddedPlatform({ directory: directory.path, catalogue: CATALOGUE });
  return { directory, make, platform: make() };
};

type Closable = { close(): void | Promise<void> };
/** Drivers can be closed, though ports do not say so: the platform does it for everybody. */
const onClose = (resource: object, told: () => void): void => {
  const closable = resource as Closable;
  const close = closable.close.bind(closable);
  closable.close = async () => {
    await close();
    told();
  };
};

describe('the embedded platform', () => {
  it('opens nothing before it is asked, and then only what was asked for', async (test) => {
    const { platform, directory } = open(test);
    assert.deepEqual(readdirSync(directory.path), []);
    await platform.table('people').get({ PK: 'a', SK: 'b' });
    assert.deepEqual(readdirSync(directory.path), ['tables']);
    assert.deepEqual(readdirSync(directory.join('tables')), ['people']);
    await platform.close();
  });

  it('opens each resource once', async (test) => {
    const { platform } = open(test);
    assert.equal(platform.table('people'), platform.table('people'));
    assert.notEqual(platform.table('people'), platform.table('letters'));
    assert.equal(platform.bucket('files'), platform.notifications('files'));
    await platform.close();
  });

  it('keeps everything until the next time it is opened', async (test) => {
    const { platform, make } = open(test);
    await platform.table('people').updateMany([{ put: { PK: 'a', SK: 'b', n: 1 } }]);
    await platform.bucket('files').put({ key: 'k', body: Buffer.from('text') });
    await platform.cache('answers').set('key', 42, { ttlMs: 3_600_000 });
    await platform.checkpoints.set('reader', '7');
    await platform.close();
    const again = make();
    assert.equal((await again.table('people').get({ PK: 'a', SK: 'b' }))?.n, 1);
    assert.equal((await again.bucket('files').head({ key: 'k' }))?.size, 4);
    assert.equal((await again.cache('answers').get('key'))?.value, 42);
    assert.equal(await again.checkpoints.get('reader'), '7');
    await again.close();
  });

  it('answers not_found for names that the catalogue does not have, or has as another kind', async (test) => {
    const { platform, directory } = open(test);
    for (const kind of ['table', 'stream', 'topic', 'queue', 'bucket', 'cache'] as const)
      for (const name of ['nothing', 'hourly', '__proto__', 'constructor', kind === 'table' ? 'scores' : 'people'])
        assert.throws(() => platform[kind](name), { name: 'PortError', code: 'not_found', resource: name });
    assert.throws(() => platform.notifications('people'), { code: 'not_found' });
    await platform.close();
    assert.deepEqual(readdirSync(directory.path), []);
  });

  it('closes each resource once, however often it is closed itself', async (test) => {
    const { platform } = open(test);
    const closed: string[] = [];
    const resources = {
      people: platform.table('people'),
      scores: platform.stream('scores'),
      files: platform.bucket('files'),
    };
    for (const [name, resource] of Object.entries(resources)) onClose(resource, () => closed.push(name));
    await platform.close();
    await platform.close();
    assert.deepEqual(closed.toSorted(), ['files', 'people', 'scores'], 'each once');
  });

  it('begins to close the last one first, so that nobody is closed under somebody who still uses it', async (test) => {
    const { platform } = open(test);
    const begun: string[] = [];
    const resources = {
      people: platform.table('people'),
      scores: platform.stream('scores'),
      answers: platform.cache('answers'),
    };
    for (const [name, resource] of Object.entries(resources)) {
      const closable = resource as unknown as Closable;
      const close = closable.close.bind(closable);
      closable.close = () => {
        begun.push(name);
        return close();
      };
    }
    await platform.close();
    assert.deepEqual(begun, ['answers', 'scores', 'people']);
  });

  it('closes all of them when one fails, and tells what failed', async (test) => {
    const { platform, make } = open(test);
    await platform.table('people').updateMany([{ put: { PK: 'a', SK: 'b' } }]);
    onClose(platform.stream('scores'), () => {
      throw new Error('a disk that is gone');
    });
    await platform.table('letters').get({ PK: 'a', SK: 'b' });
    await assert.rejects(platform.close(), /a disk that is gone/);
    // A store that were still open would be locked.
    const again = make();
    assert.ok(await again.table('people').get({ PK: 'a', SK: 'b' }));
    await again.table('letters').get({ PK: 'a', SK: 'b' });
    await again.close();
  });

  it('makes its secrets once and keeps them, for its user alone', async (test) => {
    const { platform, make, directory } = open(test);
    const names = [
      'emailKey',
      'phoneKey',
      'tokenKeys',
      'slackBotToken',
      'slackChannel',
      'telesignCustomerId',
      'telesignApiKey',
    ];
    const all = (from: Platform) => Promise.all(names.map((name) => from.secrets.get(name)));
    const [first, atOnce] = await Promise.all([all(platform), all(platform)]);
    assert.deepEqual(atOnce, first);
    assert.equal(new Set(first).size, names.length);
    assert.equal(statSync(directory.join('secrets.json')).mode & 0o777, 0o600);
    assert.deepEqual(
      Object.keys(JSON.parse(readFileSync(directory.join('secrets.json'), 'utf8'))).toSorted(),
      names.toSorted(),
    );
    await assert.rejects(platform.secrets.get('nothing'));
    await platform.close();
    const again = make();
    assert.deepEqual(await all(again), first);
    await again.close();
    using elsewhere = temporaryDirectory();
    const other = createEmbeddedPlatform({
      directory: elsewhere.path,
      catalogue: CATALOGUE,
      random: createSeededRandom({ seed: 1 }),
    });
    assert.notEqual(await other.secrets.get('emailKey'), first[0]);
    await other.close();
  });
});
