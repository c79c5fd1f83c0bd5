import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Database, PortError } from '@verifiedfan/ports';
import { startServiceFor } from '@verifiedfan/service/testing';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { type CampaignView, createCampaignService } from '../src/index.ts';
import { create } from './fixtures.ts';
import { type CallOptions, dataOf, errorOf, openDatabase, startService } from './support.ts';

const SUPREME = { sub: 'admin', supreme: true };
const many = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const statusesOf = (answers: readonly { status: number }[]): number[] => [
  ...new Set(answers.map(({ status }) => status)),
];

/** The database, a little way off: then everybody has read before the first has written. */
const farDatabase = (context: TestContext): Database => {
  const database = openDatabase(context);
  const chance = createSeededRandom({ seed: 'distance' });
  return { ...database, transact: async (steps) => wait(2 + 3 * chance.next()).then(() => database.transact(steps)) };
};

const startFar = async (context: TestContext) => {
  const { call } = await startService(context, { database: farDatabase(context) });
  return (path: string, options: CallOptions = {}) => call(path, { claims: SUPREME, ...options });
};

describe('many who change the same at once', () => {
  it('each edit another spoke of one hub', async (context) => {
    const call = await startFar(context);
    await call('/campaigns', { json: { _id: 'hub', name: 'Hub' } });
    for (let index = 0; index < 20; index += 1)
      await call('/campaigns', { json: { _id: `spoke-${index}`, name: 'Spoke', linkedCampaignIds: ['hub'] } });
    const answers = await many(20, (index) =>
      call(`/campaigns/spoke-${index}`, { json: { maxRank: 1 }, headers: { 'if-match': '"1"' } }),
    );
    assert.deepEqual(statusesOf(answers), [200]);
  });

  it('each add a market', async (context) => {
    const call = await startFar(context);
    await call('/campaigns', { json: { _id: 'tour', name: 'Tour' } });
    const answers = await many(60, (index) => call('/campaigns/tour/markets', { json: { eventId: `e${index}` } }));
    assert.deepEqual(statusesOf(answers), [201]);
    assert.equal(dataOf<CampaignView>(await call('/campaigns/tour')).version, 61);
  });

  it('each create a campaign that is linked with one', async (context) => {
    const call = await startFar(context);
    await call('/campaigns', { json: { _id: 'hub', name: 'Hub' } });
    const answers = await many(8, () => call('/campaigns', { json: { name: 'New', linkedCampaignIds: ['hub'] } }));
    assert.deepEqual(statusesOf(answers), [201]);
    assert.equal(dataOf<CampaignView>(await call('/campaigns/hub')).linkedCampaignIds?.length, 8);
  });
});

describe('a transaction that the database ends in favour of another', () => {
  it('is tried again from what is stored then', async (context) => {
    const database = openDatabase(context);
    let conflicts = 3;
    const service = await startService(context, {
      database: {
        ...database,
        async transact(steps) {
          if (conflicts-- > 0) throw new PortError({ code: 'conflict', message: 'write conflict' });
          return database.transact(steps);
        },
      },
    });
    await create(service);
    assert.equal(conflicts, -1);
  });
});

describe('somebody who is always beaten', () => {
  it('is told to come back, and waits by chance and longer each time before', async (context) => {
    const database = openDatabase(context);
    await create(await startService(context, { database }));
    const waits: number[] = [];
    const { call } = await startServiceFor(
      context,
      (parts) =>
        createCampaignService({
          ...parts,
          database: { ...database, transact: async () => ({ outcome: 'aborted', step: 0, code: 'unexpected_match' }) },
          clock: { now: () => parts.clock.now(), sleep: async (durationMs) => void waits.push(durationMs) },
          random: { ...createSeededRandom({ seed: 1 }), next: () => 0.5 },
        }),
      { database },
    );
    const answer = await call('/campaigns/tour-2027', {
      json: { maxRank: 1 },
      claims: SUPREME,
      headers: { 'if-match': '*' },
    });
    assert.deepEqual([answer.status, errorOf(answer).type, answer.headers['retry-after']], [503, 'CONTENTION', '1']);
    assert.deepEqual(waits, [10, 20, 40, 80, ...Array<number>(25).fill(100)]);
  });
});
