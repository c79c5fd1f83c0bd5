import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@verifiedfan/embedded';
import { PortError } from '@verifiedfan/ports';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { createRedisCaches, type RedisCachesOptions, type Use } from '../src/index.ts';
import { type Answer, openFakeServer } from './fake-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const openCaches = (url: string, options: Partial<RedisCachesOptions> = {}) => {
  const caches = createRedisCaches({
    url,
    clock: systemClock,
    random: createSeededRandom({ seed: 1 }),
    timeoutMs: 100,
    ...options,
  });
  closing.push(caches.close);
  return caches;
};

const setUp = async (answer: (args: readonly string[]) => Answer, options?: Partial<RedisCachesOptions>) => {
  const server = await openFakeServer(answer);
  closing.push(server.close);
  const caches = openCaches(server.url, options);
  return { server, caches, cache: caches.cache('campaigns') };
};

const failureOf = async (call: Promise<unknown>): Promise<PortError> => {
  const error: unknown = await call.then(
    () => assert.fail('should have been refused'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PortError, String(error));
  return error;
};

/** Until a call succeeds: the connection comes back by itself. */
const eventually = async <Value>(call: () => Promise<Value>): Promise<Value> => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      return await call();
    } catch {
      await sleep(10);
    }
  }
  return call();
};

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const TTL = { ttlMs: 1_000 };

describe('a cache on Redis', () => {
  it('keeps its keys apart from those of other caches and namespaces', async () => {
    const { caches, cache, server } = await setUp(() => '_\r\n');
    await cache.get('key');
    await caches.cache('fans').get('key');
    await openCaches(server.url, { namespace: 'test' }).cache('fans').get('key');
    assert.deepEqual(
      server.commands.map(([, key]) => key),
      ['verifiedfan:campaigns:key', 'verifiedfan:fans:key', 'test:fans:key'],
    );
    assert.throws(() => caches.cache('a:b'), PortError);
  });

  it('hands a server the text of a script that it does not know, and only then', async () => {
    const { cache, server } = await setUp(([name]) =>
      name === 'EVALSHA' ? '-NOSCRIPT No matching script\r\n' : ':1\r\n',
    );
    assert.equal(await cache.set('k', 1, TTL), true);
    assert.deepEqual(
      server.commands.map(([name]) => name),
      ['EVALSHA', 'EVAL'],
    );
  });

  it('takes what it cannot read for nothing', async () => {
    const answers = ['hello', 'v1:{', 't3:', 'v2:{"a":1}'];
    const { cache } = await setUp(() => bulk(answers.shift() ?? ''));
    assert.deepEqual(
      [await cache.get('k'), await cache.get('k'), await cache.get('k'), await cache.get('k')],
      [undefined, undefined, undefined, { value: { a: 1 }, version: 2 }],
    );
  });

  it('gives errors of the server their meaning, and keeps nothing of their text but the first word', async () => {
    const words = { OOM: 'disk_full', WRONGTYPE: 'validation', LOADING: 'unavailable', NOPERM: 'validation' };
    for (const [word, code] of Object.entries(words)) {
      const { cache } = await setUp(() => `-${word} about fan@example.com\r\n`);
      const error = await failureOf(cache.get('k'));
      assert.equal(error.code, code);
      assert.match(error.message, new RegExp(word));
      assert.doesNotMatch(`${error.stack} ${(error.cause as Error).stack}`, /fan@example/);
    }
  });

  it('is unavailable at once when nobody listens, and is there when somebody does', async () => {
    const first = await openFakeServer(() => 'silence');
    await first.close();
    const caches = openCaches(first.url);
    assert.equal((await failureOf(caches.cache('c').get('k'))).code, 'unavailable');
    assert.equal((await failureOf(caches.verify())).code, 'unavailable');
    const second = await openFakeServer(() => bulk('v0:1'), { port: first.port });
    closing.push(second.close);
    assert.deepEqual(await eventually(() => caches.cache('c').get('k')), { value: 1, version: 0 });
  });

  it('leaves a server that says nothing, refuses at once meanwhile, and comes back', async () => {
    let silent = true;
    const { cache, server } = await setUp(() => (silent ? 'silence' : bulk('v0:1')));
    const error = await failureOf(cache.get('k'));
    assert.deepEqual([error.code, error.retryable], ['unavailable', true]);
    const asked = server.commands.length;
    assert.equal((await failureOf(cache.get('k'))).code, 'unavailable');
    assert.equal(server.commands.length, asked, 'nothing is sent while there is no connection');
    silent = false;
    assert.deepEqual(await eventually(() => cache.get('k')), { value: 1, version: 0 });
  });

  it('fails what was under way when the connection is lost, and connects again', async () => {
    let calls = 0;
    const { cache } = await setUp(() => (calls++ === 0 ? 'drop' : bulk('v0:1')));
    assert.equal((await failureOf(cache.get('k'))).code, 'unavailable');
    assert.deepEqual(await eventually(() => cache.get('k')), { value: 1, version: 0 });
  });

  it('lets a call wait while a connection that was closed is made again', async () => {
    let calls = 0;
    const { cache } = await setUp(() => (calls++ === 0 ? 'drop' : bulk('v0:1')), { timeoutMs: 10_000 });
    await failureOf(cache.get('k'));
    assert.deepEqual(await cache.get('k'), { value: 1, version: 0 });
  });

  it('lets no call wait longer than for the first attempt, when the server does not come back', async () => {
    const { cache, server } = await setUp(() => bulk('v0:1'), { timeoutMs: 600_000 });
    await cache.get('k');
    const closed = server.close();
    const errors = [await failureOf(cache.get('k')), await failureOf(cache.get('k'))];
    await closed;
    closing.splice(closing.indexOf(server.close), 1);
    assert.deepEqual([errors[0]?.code, errors[1]?.message], ['unavailable', 'there is no connection to Redis']);
  });

  it('says what it needs instead when it is given a node of a cluster', async () => {
    for (const word of ['MOVED 3999 10.0.0.7:6379', 'ASK 3999 10.0.0.7:6379', 'CROSSSLOT Keys do not hash']) {
      const { cache } = await setUp(() => `-${word}\r\n`);
      const error = await failureOf(cache.get('k'));
      assert.deepEqual([error.code, error.retryable], ['validation', false]);
      assert.match(error.message, /^get failed: [A-Z]+: this is a node of a Redis Cluster.* needs a single node/);
      assert.doesNotMatch(error.message, /10\.0/);
    }
  });

  it('looks for the primary again when its server is none any more', async () => {
    let calls = 0;
    const { cache } = await setUp(() => (calls++ === 0 ? '-READONLY replica\r\n' : ':1\r\n'));
    assert.equal((await failureOf(cache.set('k', 1, TTL))).code, 'unavailable');
    // The old connection would still be there, and be used by the next call.
    assert.match((await failureOf(cache.set('k', 1, TTL))).message, /no connection/);
    assert.equal(await eventually(() => cache.set('k', 1, TTL)), true);
  });

  it('says that credentials were refused, and not which', async () => {
    const server = await openFakeServer(() => 'silence', { greet: () => '-WRONGPASS no\r\n' });
    closing.push(server.close);
    const error = await failureOf(openCaches(server.url.replace('//', '//someone:geheim@')).verify());
    assert.equal(error.code, 'validation');
    assert.doesNotMatch(String(error.stack), /geheim|someone/);
  });

  it('is told to whoever prints the bill', async () => {
    const uses: Use[] = [];
    const { cache } = await setUp(() => ':1\r\n', { onUse: (use) => uses.push(use) });
    await cache.set('key', 'é', TTL);
    assert.deepEqual(uses, [{ operation: 'set', requests: 1, bytes: 3 + 'v0:""'.length + 2 }]);
  });

  it('ends calls under way before it is closed, and takes none after', async () => {
    const { caches, cache } = await setUp(() => bulk('v0:1'));
    const reading = cache.get('k');
    await Promise.all([caches.close(), caches.close()]);
    assert.deepEqual(await reading, { value: 1, version: 0 });
    assert.equal((await failureOf(cache.get('k'))).code, 'closed');
  });

  it('refuses what it could not give back, and options that it does not know', async () => {
    const { cache, server } = await setUp(() => ':1\r\n');
    for (const value of [undefined, Number.NaN, new Date(0), [() => 1]]) {
      assert.equal((await failureOf(cache.set('k', value as never, TTL))).code, 'validation');
    }
    assert.equal(server.commands.length, 0);
    assert.throws(() => openCaches(server.url, { timeout: 1 } as Partial<RedisCachesOptions>), TypeError);
    assert.throws(
      () => openCaches('http://someone:geheim@x'),
      (error: PortError) => !error.stack?.includes('geheim'),
    );
  });
});
