import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { CloudEvent } from '@verifiedfan/campaign-service';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { bundleServices } from '@verifiedfan/lambda';
import { createTokens, SECRET_GENERATORS } from '@verifiedfan/platform';
import { request, temporaryDirectory } from '@verifiedfan/test-utils';
import { openOwnStage } from '../onsale/stage.ts';
import { openDestinations } from './destinations.ts';

const TOKEN_KEYS = SECRET_GENERATORS.tokenKeys?.(systemRandom) ?? '';

/** The bundles of the services as they go into their image. */
const directory = temporaryDirectory();
const folders = new Map<string, string>();
before(async () => {
  for (const { name, folder } of await bundleServices({ directory: directory.path })) folders.set(name, folder);
});
after(() => directory.remove());

/** One task of a service on a stage. */
const startTask = async (test: TestContext, name: string, env: Record<string, string>) => {
  const child = spawn(process.execPath, ['--enable-source-maps', `${folders.get(name)}/index.mjs`], {
    env: { PATH: process.env.PATH ?? '', ...env, APP_NAME: name, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', (text) => (log += text));
  const exited = once(child, 'exit') as Promise<[code: number | null]>;
  test.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const ended = exited.then(([code]) => ({ code, log }));
  const port = async (): Promise<string> => {
    for (;;) {
      const found = /"url":"http:\/\/[^"]*:(\d+)"/.exec(log)?.[1];
      if (found !== undefined) return found;
      const early = await Promise.race([ended, systemClock.sleep(50)]);
      if (early !== undefined) throw new Error(`${name} ended with ${early.code}:\n${early.log}`);
    }
  };
  const url = `http://127.0.0.1:${await port()}`;
  const tokens = await createTokens({ secrets: { get: async () => TOKEN_KEYS }, clock: systemClock });
  const token = tokens.issue({ subject: 'promoter', supreme: true });
  return {
    call: (path: string, json?: unknown) =>
      request({ url: `${url}${path}`, headers: { authorization: `Bearer ${token}`, 'if-match': '*' }, json }),
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
};

type Stream = ReturnType<typeof openDestinations>['stream'];

/** The ids of all events on a stream. */
const idsOn = async (stream: Stream): Promise<Set<string>> => {
  const pages = await Promise.all((await stream.shards()).map(({ id }) => stream.read({ shard: id, limit: 100 })));
  return new Set(pages.flatMap(({ records }) => records.map(({ data }) => JSON.parse(String(data)).id as string)));
};

/** Looks until there are so many, some seconds at most; answers how many there were. */
const countUntil = async (wanted: number, look: () => Promise<Set<string>>): Promise<number> => {
  let size = 0;
  for (let looks = 0; looks < 100 && size < wanted; looks += 1) {
    if (looks > 0) await systemClock.sleep(50);
    ({ size } = await look());
  }
  return size;
};

describe('the bundle of campaign-service in a process of its own', () => {
  it('serves on a stage, takes events to Kinesis and SQS, beside a second task, and ends in order', async (test) => {
    const { env } = await openOwnStage({ secrets: { tokenKeys: TOKEN_KEYS } });
    const [one, other] = await Promise.all([
      startTask(test, 'campaign-service', env),
      startTask(test, 'campaign-service', env),
    ]);
    assert.equal((await one.call('/ready')).status, 200);
    assert.equal((await one.call('/campaigns', { _id: 'tour', name: 'Tour' })).status, 201);
    for (let maxRank = 1; maxRank <= 10; maxRank += 1) {
      const { status, text } = await (maxRank % 2 === 0 ? one : other).call('/campaigns/tour', { maxRank });
      assert.equal(status, 200, text);
    }
    const { stream, queue } = openDestinations(test, env.RESOURCE_PREFIX);
    const told: CloudEvent[] = [];
    while (told.length < 11) {
      const messages = await queue.receive({ max: 10, waitMs: 5_000 });
      assert.ok(messages.length > 0, `${told.length} of 11 events`);
      told.push(...messages.map(({ body }) => JSON.parse(body) as CloudEvent));
      await queue.deleteMany(messages.map(({ receiptHandle }) => receiptHandle));
    }
    assert.deepEqual(
      told.map(({ id }) => id),
      Array.from({ length: 11 }, (_, index) => `tour.${index + 1}`),
    );
    // Each destination is served for itself, and a task that is stopped leaves what is unsent to the next one.
    assert.equal(await countUntil(11, () => idsOn(stream)), 11);
    for (const task of [one, other]) {
      const { code, log } = await task.stop();
      assert.equal(code, 0, log);
    }
    assert.equal((await idsOn(stream)).size, 11);
  });

  it('says which secret has no value when it cannot start without it', async (test) => {
    const { env } = await openOwnStage({ secrets: { tokenKeys: TOKEN_KEYS } });
    await assert.rejects(
      startTask(test, 'campaign-service', { ...env, RESOURCE_PREFIX: 'vf-nowhere' }),
      /ended with 1:[\s\S]*vf-nowhere\/(mongodbUri|redisUri)/,
    );
  });
});

describe('the bundle of entry-service in a process of its own', () => {
  it('serves on a stage without AWS but its secrets, and ends in order', async (test) => {
    const { env } = await openOwnStage({ secrets: { tokenKeys: TOKEN_KEYS } });
    const task = await startTask(test, 'entry-service', env);
    assert.equal((await task.call('/ready')).status, 200);
    const { code, log } = await task.stop();
    assert.equal(code, 0, log);
  });
});
