import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createProbe, failOnLeaks, request, temporaryDirectory } from '@verifiedfan/test-utils';
import { kinesis, schedule, sqs } from '@verifiedfan/worker';
import { type Estate, type EstateLog, type EstateOptions, openEstate, PortTakenError } from '../src/index.ts';
import { aWorker, CATALOGUE } from './support/workers.ts';

const log: EstateLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, at: () => log };
const open = (directory: string, more: Partial<EstateOptions> = {}): Estate =>
  openEstate({
    directory,
    owner: { pid: process.pid, command: 'test' },
    catalogue: CATALOGUE,
    workers: {},
    log,
    configuration: { collectorHost: undefined, collectorPort: 4318 },
    ...more,
  });
/** An estate in a directory of its own, closed at the end of the test, after which nothing may be running. */
const estateIn = (test: TestContext, more: Partial<EstateOptions> = {}): { estate: Estate; directory: string } => {
  const directory = temporaryDirectory();
  const estate = open(directory.path, more);
  test.after(async () => {
    await estate.close();
    directory.remove();
  });
  failOnLeaks(test);
  return { estate, directory: directory.path };
};

/** Takes a port; `undefined` where it is taken already. */
const listenOn = (port: number) =>
  new Promise<{ port: number; close(): Promise<void> } | undefined>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const close = () => new Promise<void>((closed) => server.close(() => closed()));
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, close });
    });
  });
/** A port that is taken, behind one that is free. */
const takePortBehindFreeOne = async (): Promise<{ port: number; close(): Promise<void> }> => {
  for (;;) {
    const taken = await listenOn(0);
    const before = taken && (await listenOn(taken.port - 1));
    await before?.close();
    if (taken !== undefined && before !== undefined) return taken;
    await taken?.close();
  }
};

describe('an estate', () => {
  it('owns its directory from the opening to the end of the closing', async (test) => {
    const { estate, directory } = estateIn(test);
    assert.throws(() => open(directory), { code: 'locked' });
    await estate.close();
    await open(directory).close();
  });

  it('puts its services on free ports, and they answer', async (test) => {
    const { estate } = estateIn(test);
    const { addresses, endpoint } = await estate.services();
    assert.deepEqual(
      addresses.map(({ name }) => name),
      ['campaign-service', 'entry-service', 'graphql', 'sandbox'],
    );
    assert.equal(new Set(addresses.map(({ url }) => url)).size, 4);
    assert.equal((await request({ url: `${endpoint('campaignService')}/health` })).status, 200);
    assert.throws(() => endpoint('nowhere'), /there is no endpoint nowhere/);
  });

  it('starts each part once, whoever asks and how often', async (test) => {
    const { estate } = estateIn(test);
    const [one, other] = await Promise.all([estate.engine(), estate.engine()]);
    assert.equal(one, other);
    assert.equal(await estate.services(), await estate.services());
  });

  it('signs tokens that its own services take, and no others', async (test) => {
    const { estate } = estateIn(test);
    const tokens = await estate.tokens();
    const token = tokens.issue({ subject: 'somebody', permissions: ['campaigns:read'] });
    assert.equal(tokens.verifier('campaign-service')(token).sub, 'somebody');
    assert.throws(() => tokens.verifier('another-service')(token));
    assert.throws(() => tokens.verifier('campaign-service')(`${token}x`));
    const workers = await tokens.worker('entry-service')();
    assert.deepEqual(tokens.verifier('entry-service')(workers).permissions, ['entries:score']);
    assert.throws(() => tokens.verifier('campaign-service')(workers), 'a worker’s token is for one service');
  });

  it('names the port that is taken and its service, and leaves nothing listening', async (test) => {
    const taken = await takePortBehindFreeOne();
    const { estate } = estateIn(test, { listen: { port: taken.port - 1 } });
    await assert.rejects(estate.services(), (error) => {
      assert.ok(error instanceof PortTakenError);
      assert.deepEqual([error.port, error.service, error.code], [taken.port, 'entry-service', 'port_taken']);
      assert.match(error.message, new RegExp(`port ${taken.port} for entry-service is taken`));
      return true;
    });
    const freed = await listenOn(taken.port - 1);
    assert.notEqual(freed, undefined, 'the service that had begun was closed');
    await freed?.close();
    await taken.close();
  });

  it('works a worker off, and closes workers before services, and services before stores', async (test) => {
    const done = createProbe<string>();
    const begun = createProbe<string>();
    const worker = aWorker(
      kinesis('stream'),
      async (_records, { services, signal }) => {
        const { check } = services as { check(): Promise<number> };
        begun.note('begun');
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        done.note(`health ${await check()}`);
        return {};
      },
      {
        calls: ['campaignService'],
        writes: ['rows'],
        services: ({ endpoint, table }) => ({
          async check() {
            const { status } = await request({ url: `${endpoint('campaignService')}/health` });
            await table('rows').updateMany([{ put: { PK: 'a', SK: 'b' } }]);
            return status;
          },
        }),
      },
    );
    const { estate } = estateIn(test, { workers: { worker } });
    await estate.platform.stream('stream').putMany([{ partitionKey: 'a', data: '1' }]);
    await estate.engine();
    await begun.first(1);
    await estate.close();
    assert.deepEqual(done.values, ['health 200']);
  });

  it('starts nothing more once it was asked to close', async (test) => {
    const { estate } = estateIn(test);
    const closing = estate.close();
    for (const start of [estate.services, estate.engine, () => estate.handler('worker')]) await assert.rejects(start());
    await closing;
    await assert.rejects(estate.services(), { code: 'closed' });
    assert.equal(estate.close(), closing, 'closing twice is closing once');
  });

  it('closes what was begun when the engine cannot start', async (test) => {
    const { estate } = estateIn(test, { workers: { worker: aWorker(schedule('queue'), async () => ({})) } });
    await assert.rejects(estate.engine(), /the catalogue has no schedule queue/);
  });

  it('says what is wrong with a damaged directory, and lets go of it', async (test) => {
    const { estate, directory } = estateIn(test);
    writeFileSync(`${directory}/secrets.json`, '{ "tokenKeys": ');
    await assert.rejects(estate.engine(), { name: 'PortError' });
    await estate.close();
    await open(directory).close();
  });

  it('hands an event to one worker without its source', async (test) => {
    const worker = aWorker(sqs('queue'), async (records) => ({ count: records.length }));
    const { estate } = estateIn(test, { workers: { worker } });
    const handler = await estate.handler('worker');
    const Records = [{ messageId: '1', body: '1', eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:::queue' }];
    assert.deepEqual(await handler({ Records }), { count: 1, batchItemFailures: [] });
    await assert.rejects(estate.handler('toString'), /there is no worker toString/);
  });
});
