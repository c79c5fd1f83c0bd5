import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startServiceFor } from '@verifiedfan/service/testing';
import { createCampaignService } from '../../src/index.ts';
import type { Catalogue } from '../../src/markets/index.ts';
import { aCampaign, CREATOR, patch, pointersOf } from '../fixtures.ts';
import { dataOf, errorOf, withShortSleeps } from '../support.ts';
import { add, added, patchMarket, readCampaign, readMarket } from './support.ts';

const UNKNOWN = /^unknown/;

const setUp = async (context: TestContext, catalogueCheck?: 'open' | 'closed') => {
  const state = { down: false, asked: [] as string[] };
  const check = async (id: string): Promise<'found' | 'absent'> => {
    state.asked.push(id);
    if (state.down) throw new Error('the catalogue is down');
    return UNKNOWN.test(id) ? 'absent' : 'found';
  };
  const catalogue: Catalogue = { checkEvent: check, checkVenue: check };
  const service = await startServiceFor(context, (parts) =>
    createCampaignService({ ...parts, catalogue, catalogueCheck, clock: withShortSleeps(parts.clock) }),
  );
  const create = (document: Record<string, unknown> = {}) =>
    service.call('/campaigns', { json: aCampaign(document), claims: CREATOR });
  return { service, state, create };
};

const AT = '2026-01-05T10:00:00.000Z';

describe('the catalogue', () => {
  it('is asked about event and venue of a new market, which says so', async (context) => {
    const { service, state, create } = await setUp(context);
    await create({ markets: [] });
    const market = await added(service, { eventId: 'e3', venueId: 'v1' });
    assert.deepEqual(market.catalogue, { checked: true, at: AT });
    assert.deepEqual(state.asked, ['e3', 'v1']);
  });

  it('refuses what it does not have, each with its own detail', async (context) => {
    const { service, create } = await setUp(context);
    await create({ markets: [] });
    const answer = await add(service, { eventId: 'unknown-event', venueId: 'unknown-venue' });
    assert.deepEqual([answer.status, errorOf(answer).type], [400, 'INVALID_MARKET']);
    assert.deepEqual(pointersOf(answer), ['/eventId unknown_event', '/venueId unknown_venue']);
  });

  it('is asked again only when the venue changes', async (context) => {
    const { service, state, create } = await setUp(context);
    await create({ markets: [] });
    const { _id } = await added(service, { eventId: 'e3', venueId: 'v1' });
    state.asked.length = 0;
    await patchMarket(service, _id, { name: 'Berlin' });
    assert.deepEqual(state.asked, []);
    await service.clock.advance(1_000);
    await patchMarket(service, _id, { venueId: 'v2' });
    assert.deepEqual(state.asked, ['e3', 'v2']);
    assert.equal((await readMarket(service, _id)).catalogue?.at, '2026-01-05T10:00:01.000Z');
    assert.deepEqual(pointersOf(await patchMarket(service, _id, { venueId: 'unknown' })), ['/venueId unknown_venue']);
  });

  it('lets a market pass unchecked while it is down, if configured open, and says why', async (context) => {
    const { service, state, create } = await setUp(context);
    await create({ markets: [] });
    state.down = true;
    const { _id, catalogue } = await added(service, { eventId: 'unknown' });
    assert.deepEqual(catalogue, { checked: false, reason: 'unavailable', at: AT });
    state.down = false;
    assert.deepEqual(pointersOf(await patchMarket(service, _id, { name: 'Berlin' })), ['/eventId unknown_event']);
  });

  it('refuses for now while it is down, if configured closed', async (context) => {
    const { service, state, create } = await setUp(context, 'closed');
    await create({ markets: [] });
    state.down = true;
    const answer = await add(service, { eventId: 'e3' });
    assert.deepEqual([answer.status, errorOf(answer).type], [503, 'CATALOGUE_UNAVAILABLE']);
    assert.equal((await readCampaign(service)).version, 1);
    state.down = false;
    await added(service, { eventId: 'e3' });
  });

  it('is asked about markets that are written with their campaign', async (context) => {
    const { service, state, create } = await setUp(context);
    const bad = await create({ markets: [{ eventId: 'e1' }, { eventId: 'unknown' }] });
    assert.deepEqual([bad.status, errorOf(bad).type], [400, 'INVALID_CAMPAIGN']);
    assert.deepEqual(pointersOf(bad), ['/markets/1/eventId unknown_event']);
    assert.equal((await create()).status, 201);
    const campaign = await readCampaign(service);
    assert.deepEqual(
      campaign.markets.map(({ catalogue }) => catalogue?.checked),
      [true, true],
    );
    state.asked.length = 0;
    assert.deepEqual(dataOf(await patch(service, campaign)), campaign, 'and not again about the same');
    assert.deepEqual(state.asked, []);
  });

  it('is not asked a thousand times when it is down', async (context) => {
    const { service, state, create } = await setUp(context);
    state.down = true;
    const markets = Array.from({ length: 1_000 }, (_, at) => ({ eventId: `e${at}` }));
    assert.equal((await create({ markets })).status, 201);
    assert.ok(state.asked.length <= 8, `${state.asked.length} questions`);
    const campaign = await readCampaign(service);
    assert.deepEqual(new Set(campaign.markets.map(({ catalogue }) => catalogue?.reason)), new Set(['unavailable']));
  });

  it('is not asked about imports, which say so and still change nothing when repeated', async (context) => {
    const { service, state } = await setUp(context, 'closed');
    state.down = true;
    const json = { campaigns: [aCampaign({ markets: [{ eventId: 'unknown' }] })] };
    const outcomes: unknown[] = [];
    for (let times = 0; times < 2; times += 1) {
      await service.clock.advance(1_000);
      const answer = await service.call('/campaigns/import', { json, claims: CREATOR });
      outcomes.push(dataOf<{ campaigns: { outcome: string }[] }>(answer).campaigns[0]?.outcome);
    }
    assert.deepEqual([outcomes, state.asked], [['created', 'unchanged'], []]);
    const { markets } = await readCampaign(service);
    assert.deepEqual(markets[0]?.catalogue, { checked: false, reason: 'import', at: '2026-01-05T10:00:01.000Z' });
  });
});
