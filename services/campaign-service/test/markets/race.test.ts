import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import { create, patch } from '../fixtures.ts';
import { dataOf, errorOf, openDatabase, startService } from '../support.ts';
import { add, added, patchMarket, readCampaign, removeMarket } from './support.ts';

/** The database, in which somebody else is faster than each of the first `times` transactions. */
const withRival = (real: Database, times: number, rival: () => Promise<unknown>): Database => {
  let left = times;
  return {
    collection: real.collection.bind(real) as Database['collection'],
    async transact(steps) {
      if (left-- > 0) await rival();
      return real.transact(steps);
    },
  };
};

describe('markets under concurrency', () => {
  it('have one winner when many add the same event', async (context) => {
    const service = await startService(context);
    await create(service);
    const answers = await Promise.all(Array.from({ length: 8 }, () => add(service, { eventId: 'e3' })));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, ...Array<number>(7).fill(409)]);
    assert.equal((await readCampaign(service)).markets.length, 3);
  });

  it('are all added when they are of different events', async (context) => {
    const service = await startService(context);
    await create(service, { markets: [] });
    const events = Array.from({ length: 8 }, (_, at) => `n${at}`);
    const answers = await Promise.all(events.map((eventId) => add(service, { eventId })));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    const { markets, version } = await readCampaign(service);
    assert.deepEqual([markets.map(({ eventId }) => eventId).sort(), version], [events, 9]);
  });

  it('are refused by the index where nobody has seen the other market before', async (context) => {
    const real = openDatabase(context);
    const setUp = await startService(context, { database: real });
    await create(setUp);
    // Past all rules and versions, as another program would.
    const other = { _id: 'foreign', campaignId: 'tour-2027', eventId: 'e3', status: 'ACTIVE', position: 9, version: 1 };
    const rival = () => real.collection('markets').insertOne(other);
    const service = await startService(context, { database: withRival(real, 1, rival) });
    const answer = await add(service, { eventId: 'e3' });
    assert.deepEqual([answer.status, errorOf(answer).type], [409, 'EVENT_CONFLICT']);
    const { version, markets } = await readCampaign(service);
    assert.deepEqual([version, markets.length], [1, 3]);
  });

  it('lose no update: a change of the campaign or of another market comes first', async (context) => {
    const real = openDatabase(context);
    const rivals = await startService(context, { database: real });
    const { markets } = await create(rivals);
    const [first = '', second = ''] = markets.map(({ _id }) => _id);
    let round = 0;
    const rival = async () => {
      round += 1;
      const answer =
        round === 1 ? await patch(rivals, { maxRank: 3 }) : await patchMarket(rivals, second, { venueId: 'v2' });
      assert.equal(answer.status, 200);
    };
    const service = await startService(context, { database: withRival(real, 2, rival) });
    assert.equal((await patchMarket(service, first, { venueId: 'v1' }, { ifMatch: '"1"' })).status, 200);
    const campaign = await readCampaign(service);
    assert.deepEqual(
      [campaign.maxRank, campaign.version, campaign.markets.map(({ venueId }) => venueId)],
      [3, 4, ['v1', 'v2']],
    );
  });

  it('refuse the slower of two who read the same version', async (context) => {
    const real = openDatabase(context);
    const rivals = await startService(context, { database: real });
    await create(rivals);
    const { _id } = await added(rivals, { eventId: 'e3' });
    const rival = () => patchMarket(rivals, _id, { name: 'First' }, { ifMatch: '"1"' });
    const service = await startService(context, { database: withRival(real, 1, rival) });
    assert.equal((await patchMarket(service, _id, { name: 'Second' }, { ifMatch: '"1"' })).status, 412);
    assert.equal((await removeMarket(service, _id, { ifMatch: '"1"' })).status, 412);
  });

  it('hold to the dates that the campaign has when they are written', async (context) => {
    const real = openDatabase(context);
    const rivals = await startService(context, { database: real });
    await create(rivals);
    const rival = () => patch(rivals, { date: { close: '2026-02-01T00:00:00Z' } });
    const service = await startService(context, { database: withRival(real, 1, rival) });
    const answer = await add(service, { eventId: 'e3', date: { close: '2026-03-01T00:00:00Z' } });
    assert.equal(errorOf(answer).type, 'INVALID_MARKET');
  });

  it('end with one truth, whoever removes and changes at once', async (context) => {
    const service = await startService(context);
    await create(service);
    const { _id } = await added(service, { eventId: 'e3' });
    const [changed, removed] = await Promise.all([
      patchMarket(service, _id, { name: 'X' }, { ifMatch: '"1"' }),
      removeMarket(service, _id, { ifMatch: '"1"' }),
    ]);
    const outcome = [changed.status, removed.status].join(' ');
    assert.ok(['200 412', '404 204'].includes(outcome), outcome);
    const markets = dataOf<{ markets: unknown[] }>(
      await service.call('/campaigns/tour-2027', { claims: { supreme: true } }),
    );
    assert.equal(markets.markets.length, outcome === '200 412' ? 3 : 2);
  });
});
