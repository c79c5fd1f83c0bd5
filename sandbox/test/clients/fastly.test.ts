import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { createFastly, FastlyError, type FastlyOptions } from '@verifiedfan/fastly';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { createSandbox, type FastlyStandInOptions, fastlyStandIn, SANDBOX_FASTLY } from '../../src/index.ts';

const setUp = async (
  test: TestContext,
  { standIn = {}, ...options }: Partial<FastlyOptions> & { standIn?: FastlyStandInOptions } = {},
) => {
  const manual = createManualClock();
  const waits: number[] = [];
  const clock = {
    ...manual,
    async sleep(durationMs: number) {
      waits.push(durationMs);
      await manual.advance(durationMs);
    },
  };
  const random = createSeededRandom({ seed: 1 });
  const sandbox = createSandbox({ clock, random, standIns: [fastlyStandIn(standIn)] });
  const url = await sandbox.listen();
  const lines: string[] = [];
  const log = { debug: (message: string, data: object) => void lines.push(JSON.stringify({ message, ...data })) };
  const fastly = createFastly({ ...SANDBOX_FASTLY, clock, random, baseUrl: `${url}/fastly`, log, ...options });
  test.after(async () => {
    await fastly.close();
    await sandbox.close();
  });
  const controls = sandbox.standIn('fastly');
  const purged = async () => (await controls.received()).map(({ entry: { keys, soft } }) => ({ keys, soft }));
  return { fastly, controls, purged, waits, lines };
};

const errorOf = async (promise: Promise<unknown>): Promise<FastlyError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FastlyError, inspect(error));
  return error;
};

describe('purging', () => {
  it('purges one key softly, and hard when it is told to', async (test) => {
    const { fastly, purged } = await setUp(test);
    await fastly.purge(['campaign/tour-2027']);
    await fastly.purge(['site/tour.example.com'], { soft: false });
    assert.deepEqual(await purged(), [
      { keys: ['campaign/tour-2027'], soft: true },
      { keys: ['site/tour.example.com'], soft: false },
    ]);
  });

  it('purges many keys in batches that Fastly takes, each once', async (test) => {
    const { fastly, purged } = await setUp(test);
    const keys = Array.from({ length: 600 }, (_, n) => `campaign/${n}`);
    await fastly.purge([...keys, ...keys]);
    const calls = await purged();
    assert.deepEqual(
      calls.map((call) => (call.keys as string[]).length),
      [256, 256, 88],
    );
    assert.deepEqual(
      calls.flatMap((call) => call.keys),
      keys,
    );
  });

  it('does nothing for no keys', async (test) => {
    const { fastly, purged } = await setUp(test);
    await fastly.purge([]);
    assert.deepEqual(await purged(), []);
  });

  it('refuses keys that would mean something else, before any is purged', async (test) => {
    const { fastly, controls } = await setUp(test);
    for (const key of ['', 'a b', 'a\r\nfastly-key: x', 'ü', 'k'.repeat(1_025)]) {
      assert.equal((await errorOf(fastly.purge(['good', key]))).code, 'invalid_key');
    }
    assert.equal(controls.requests().requests.length, 0);
  });

  it('keeps what stands in a key inside of the path', async (test) => {
    const { fastly, purged } = await setUp(test);
    for (const key of ['a/../../purge_all', 'a?b=c#d', '%2e%2e']) await fastly.purge([key]);
    assert.deepEqual(
      (await purged()).flatMap(({ keys }) => keys),
      ['a/../../purge_all', 'a?b=c#d', '%2e%2e'],
    );
  });
});

describe('a Fastly that fails', () => {
  it('is asked again, since purging twice is purging once', async (test) => {
    const { fastly, controls, purged } = await setUp(test);
    for (const fault of [{ status: 503 }, { reset: true, afterEffect: true }, { dropAfterBytes: 3 }]) {
      controls.addFault({ route: 'purge', ...fault });
      await fastly.purge(['a']);
    }
    assert.equal((await purged()).length, 5);
  });

  it('is waited for as it asks, unless that takes too long', async (test) => {
    const { fastly, controls, waits } = await setUp(test);
    controls.addFault({ route: '*', status: 429, headers: { 'retry-after': '3' } });
    await fastly.purge(['a']);
    assert.deepEqual(waits, [3_000]);
    controls.addFault({ route: '*', status: 429, headers: { 'retry-after': '600' } });
    const error = await errorOf(fastly.purge(['a']));
    assert.deepEqual([error.code, error.retryable, error.retryAfterMs], ['rate_limited', true, 600_000]);
  });

  it('is not believed when it answers something else', async (test) => {
    const { fastly, controls } = await setUp(test, { attempts: 1 });
    const cases: [object, string, boolean][] = [
      [{ body: '<html>' }, 'invalid_response', true],
      [{ body: '' }, 'invalid_response', true],
      [{ body: '{"status":"error"}' }, 'invalid_response', true],
      [{ status: 403, body: '{}' }, 'unauthenticated', false],
      [{ status: 502 }, 'unavailable', true],
      [{ status: 418 }, 'invalid_response', true],
    ];
    for (const [fault, code, retryable] of cases) {
      controls.addFault({ route: 'purge', ...fault });
      const error = await errorOf(fastly.purge(['a']));
      assert.deepEqual([error.code, error.retryable], [code, retryable], JSON.stringify(fault));
    }
    controls.addFault({ route: 'purge.batch', body: '{"a":"1"}' });
    assert.equal((await errorOf(fastly.purge(['a', 'b']))).code, 'invalid_response');
  });

  it('tells a wrong token from a wrong service, and neither log nor error holds the token', async (test) => {
    const { fastly, lines } = await setUp(test, { token: 'a-secret-token' });
    const error = await errorOf(fastly.purge(['a']));
    assert.deepEqual([error.code, error.status], ['unauthenticated', 401]);
    assert.ok(!`${lines.join('\n')}${inspect(error, { depth: 9, showHidden: true })}`.includes('a-secret-token'));
    const other = await setUp(test, { serviceId: 'other' });
    assert.equal((await errorOf(other.fastly.purge(['a']))).code, 'not_found');
  });

  it('ends at the caller’s signal', async (test) => {
    const { fastly } = await setUp(test);
    assert.equal((await errorOf(fastly.purge(['a'], { signal: AbortSignal.abort() }))).code, 'aborted');
  });
});
