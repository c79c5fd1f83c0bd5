import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { createMongoDatabase } from '@verifiedfan/mongodb';
import { createRedisCaches } from '@verifiedfan/redis';
import { dataOf, errorOf, runOn, startServiceFor } from '@verifiedfan/service/testing';
import { MongoClient } from 'mongodb';
import { createCampaignService } from '../../../services/campaign-service/src/index.ts';
import { aCampaign, CREATOR } from '../../../services/campaign-service/test/fixtures.ts';
import { createReceivers, sequencesOf } from '../../../services/campaign-service/test/outbox/support.ts';
import { startWithPartners } from '../../../services/campaign-service/test/partners/set-up.ts';
import { openOwnServer, serverAddress, uniqueName } from '../../src/index.ts';
import { assertStruck, startTcpProxy } from '../fault-proxy/set-up.ts';

/** Real time passes here, as connections are really lost; a second is plenty of it. */
const until = async (isSo: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  for (let look = 0; look < 400; look += 1) {
    if (await isSo()) return;
    await systemClock.sleep(50);
  }
  assert.fail(`never: ${what}`);
};

/** The service before a MongoDB that can go away, with its relay running. */
const startBeforeMongo = async (test: TestContext, address = serverAddress('mongodb')) => {
  const { proxy, port } = await startTcpProxy(test, { port: Number(new URL(address).port) });
  const database = createMongoDatabase({
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    name: uniqueName('outage'),
    clock: systemClock,
    random: systemRandom,
    timeoutMs: 2_000,
    connectTimeoutMs: 500,
  });
  const receivers = createReceivers();
  const { destinations } = receivers;
  const relay = { holder: 'one', lookMs: 100 };
  const started = await startServiceFor(
    test,
    (parts) => createCampaignService({ ...parts, clock: systemClock, destinations, relay }),
    { database },
  );
  started.service.relay.start();
  test.after(async () => {
    await started.service.relay.stop();
    await database.close();
  });
  const create = (_id: string) => started.call('/campaigns', { json: aCampaign({ _id }), claims: CREATOR });
  const change = (_id: string, maxRank: number) =>
    started.call(`/campaigns/${_id}`, { json: { maxRank }, claims: CREATOR, headers: { 'if-match': '*' } });
  const isReady = async (): Promise<boolean> => (await started.call('/ready')).status === 200;
  return { ...started, proxy, receivers, create, change, isReady };
};

/**
 * What the server does by itself after a minute: a transaction whose end could not be told, because the connection was gone each time, keeps what it
 * has written locked until then. It ends those of everybody, so the server has to be one's own.
 */
const endLeftTransactions = async (address: string): Promise<void> => {
  const client = new MongoClient(address, { directConnection: true });
  await client.db('admin').command({ killAllSessions: [] });
  await client.close();
};

/** Each campaign's events are those of all its changes, none left out and none twice. */
const assertTold = async ({ database, receivers }: Awaited<ReturnType<typeof startBeforeMongo>>): Promise<void> => {
  const campaigns = await database.collection<{ _id: string; sequence: number }>('campaigns').find();
  assert.ok(campaigns.length > 0);
  for (const { _id, sequence } of campaigns)
    for (const at of ['campaignDataStream', 'dataPipelineQueue'])
      assert.deepEqual(
        sequencesOf(receivers.seenBy(at), _id),
        Array.from({ length: sequence }, (_, index) => index + 1),
        `${_id} at ${at}`,
      );
};

describe('campaign-service while MongoDB is gone for a while', () => {
  it('answers 503 with retry-after, says in /ready what is down, and goes on by itself', async (test) => {
    const service = await startBeforeMongo(test);
    const { call, proxy, create, change, isReady, receivers } = service;
    assert.equal((await create('before')).status, 201);
    await proxy.down();
    const answers = await Promise.all([
      call('/campaigns/before', { claims: CREATOR }),
      call('/campaigns', { claims: CREATOR }),
      create('during'),
      change('before', 1),
      call('/campaigns/refresh', { method: 'POST', claims: { sub: 'admin', supreme: true } }),
      call('/promoters/p1'),
    ]);
    for (const { status, headers, text } of answers)
      assert.deepEqual([status, headers['retry-after']], [503, '1'], text);
    const ready = await call('/ready');
    assert.equal(ready.status, 503);
    assert.deepEqual(
      errorOf(ready).details?.map(({ pointer }) => pointer),
      ['/campaigns'],
    );
    assert.equal((await call('/health')).status, 200, 'the process itself is well');
    await proxy.up();
    await until(isReady, 'ready again');
    assert.equal((await create('during')).status, 201, 'what was refused left nothing behind');
    assert.equal((await change('before', 2)).status, 200);
    await until(() => receivers.seenBy('dataPipelineQueue').length === 3, 'all events');
    await assertTold(service);
  });

  it('loses no event and tells none twice to those who look at sequences, whenever it goes away', async (test) => {
    const mongo = await openOwnServer('mongodb');
    test.after(() => mongo.close());
    const service = await startBeforeMongo(test, mongo.address);
    const { proxy, create, change, isReady, service: server } = service;
    const ids = ['a', 'b', 'c'];
    for (const id of ids) assert.equal((await create(id)).status, 201);
    let isOver = false;
    const statuses = new Set<number>();
    const edit = async (id: string): Promise<void> => {
      for (let maxRank = 1; !isOver; maxRank += 1) statuses.add((await change(id, maxRank)).status);
    };
    const editing = Promise.all(ids.map(edit));
    for (let time = 0; time < 3; time += 1) {
      await systemClock.sleep(400);
      await proxy.down();
      await systemClock.sleep(200);
      await proxy.up();
      await until(isReady, 'ready again');
    }
    proxy.add({ kind: 'lose-answer', contains: 'commitTransaction', times: 3 });
    proxy.add({ kind: 'cut-request', contains: 'commitTransaction', chance: 0.2, times: 3 });
    await systemClock.sleep(800);
    isOver = true;
    await editing;
    assertStruck(proxy, 'lose-answer');
    proxy.clear();
    await endLeftTransactions(mongo.address);
    const failures = service.lines.filter((line) => line.includes('request failed'));
    assert.deepEqual([...statuses].sort(), [200, 503], [...new Set(failures)].join('\n'));
    await until(async () => (await server.relay.depth()).unsent === 0, 'all is sent');
    await assertTold(service);
  });
});

describe('campaign-service while Redis is gone for a while', () => {
  it('asks Discovery and MongoDB instead, is ready, and serves nothing old when it is back', async (test) => {
    const { proxy, port } = await startTcpProxy(test, { port: Number(new URL(serverAddress('redis')).port) });
    const url = `redis://127.0.0.1:${port}`;
    const caches = createRedisCaches({
      url,
      namespace: uniqueName('outage'),
      clock: systemClock,
      random: systemRandom,
    });
    test.after(() => caches.close());
    const cache = caches.cache('test');
    runOn({ openCache: () => cache });
    const { call, asked, clock } = await startWithPartners(test);
    const claims = { sub: 'office', permissions: ['promoters:write'] };
    const search = async (): Promise<number> => (await call('/artists?q=velvet')).status;
    const rename = (name: string) => call('/promoters/p1', { json: { name }, claims, headers: { 'if-match': '*' } });
    const nameOf = async (): Promise<string> => dataOf<{ name: string }>(await call('/promoters/p1')).name;
    assert.equal((await call('/promoters', { json: { _id: 'p1', name: 'First' }, claims })).status, 201);
    assert.deepEqual([await search(), await search(), asked()], [200, 200, 1], 'the second is answered by Redis');
    assert.equal(await nameOf(), 'First');
    await proxy.down();
    assert.deepEqual([await search(), await search()], [200, 200]);
    assert.equal(asked(), 3, 'nothing is kept meanwhile');
    assert.equal((await rename('Second')).status, 200);
    assert.equal(await nameOf(), 'Second');
    assert.equal((await call('/ready')).status, 200);
    await proxy.up();
    await until(
      () =>
        cache.get('any').then(
          () => true,
          () => false,
        ),
      'connected again',
    );
    assert.equal(await nameOf(), 'Second', 'and not what Redis still holds');
    // A cache that failed too often is left alone for a while.
    await clock.advance(5_000);
    await search();
    const before = asked();
    assert.deepEqual([await search(), asked()], [200, before], 'Redis answers again');
  });
});
