import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CREATOR, create, patch, pointersOf, STRANGER, WORKER } from '../fixtures.ts';
import { type Claims, dataOf, errorOf, startService } from '../support.ts';
import { add, added, MARKETS, patchMarket, RULES, readCampaign, readMarket, removeMarket } from './support.ts';

describe('the markets of a campaign', () => {
  it('are added behind the others, with a version of their own', async (context) => {
    const service = await startService(context);
    await create(service);
    const answer = await add(service, { eventId: 'e3', venueId: 'v1', selectionRules: RULES });
    assert.deepEqual([answer.status, answer.headers.etag], [201, '"1"']);
    const market = dataOf<{ _id: string }>(answer);
    assert.deepEqual(market, {
      _id: market._id,
      campaignId: 'tour-2027',
      eventId: 'e3',
      venueId: 'v1',
      status: 'ACTIVE',
      selectionRules: { ...RULES, ruleVersion: 1 },
      version: 1,
    });
    const { version, markets } = await readCampaign(service);
    assert.deepEqual([version, markets.map(({ eventId }) => eventId)], [2, ['e1', 'e2', 'e3']]);
    assert.deepEqual(await readMarket(service, market._id), market);
  });

  it('are added once, however often a request with one key is repeated', async (context) => {
    const service = await startService(context);
    await create(service);
    const key = { 'idempotency-key': 'k1' };
    const [first, second] = [
      await add(service, { eventId: 'e3' }, CREATOR, key),
      await add(service, { eventId: 'e3' }, CREATOR, key),
    ];
    assert.deepEqual([first.status, second.status, second.headers['idempotency-replayed']], [201, 201, 'true']);
    assert.deepEqual(dataOf(first), dataOf(second));
    assert.equal((await add(service, { eventId: 'e3' })).status, 409);
  });

  it('are changed by a patch, in which null removes', async (context) => {
    const service = await startService(context);
    await create(service);
    const { _id } = await added(service, { eventId: 'e3', name: 'Berlin', venueId: 'v1' });
    const answer = await patchMarket(service, _id, { venueId: null, status: 'CLOSED' }, { ifMatch: '"1"' });
    assert.deepEqual([answer.status, answer.headers.etag], [200, '"2"']);
    const expected = { _id, campaignId: 'tour-2027', eventId: 'e3', name: 'Berlin', status: 'CLOSED', version: 2 };
    assert.deepEqual(dataOf(answer), expected);
    assert.deepEqual(await readMarket(service, _id), expected);
    assert.equal((await readCampaign(service)).version, 3);
  });

  it('stay as they are, with the campaign, when a patch says nothing new', async (context) => {
    const service = await startService(context);
    await create(service);
    const market = await added(service, { eventId: 'e3', selectionRules: RULES });
    const answer = await patchMarket(service, market._id, market);
    assert.deepEqual([answer.status, dataOf(answer)], [200, market]);
    assert.equal((await readCampaign(service)).version, 2);
  });

  it('ask for the version, and refuse a stale one', async (context) => {
    const service = await startService(context);
    await create(service);
    const { _id } = await added(service, { eventId: 'e3' });
    const changed = async (ifMatch: string | null) =>
      (await patchMarket(service, _id, { name: `N ${ifMatch}` }, { ifMatch })).status;
    assert.deepEqual([await changed(null), await changed('W/"1"'), await changed('"2"')], [428, 400, 412]);
    assert.deepEqual([await changed('"1"'), await changed('"1"'), await changed('*')], [200, 412, 200]);
    const removed = async (ifMatch: string | null) => (await removeMarket(service, _id, { ifMatch })).status;
    assert.deepEqual([await removed(null), await removed('"2"'), await removed('"3"')], [428, 412, 204]);
    assert.deepEqual([await removed('"3"'), await changed('*')], [404, 404]);
  });

  it('leave the others in their places, and their versions alone, when one goes', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service, { markets: [{ eventId: 'e1' }, { eventId: 'e2' }, { eventId: 'e3' }] });
    const answer = await removeMarket(service, markets[0]?._id ?? '');
    assert.deepEqual([answer.status, answer.text], [204, '']);
    const campaign = await readCampaign(service);
    assert.deepEqual(campaign.markets, markets.slice(1));
    const again = await patch(service, campaign);
    assert.deepEqual(dataOf(again), campaign, 'and what was read can be sent back');
  });

  it('can be had again for the event of a removed one', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service);
    await removeMarket(service, markets[0]?._id ?? '');
    const market = await added(service, { eventId: 'e1' });
    assert.notEqual(market._id, markets[0]?._id);
  });

  it('are not found in another campaign', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service);
    await create(service, { _id: 'other', markets: [] });
    const id = markets[0]?._id ?? '';
    const calls = [
      await service.call(`/campaigns/other/markets/${id}`, { claims: CREATOR }),
      await service.call(`/campaigns/other/markets/${id}`, {
        method: 'DELETE',
        claims: CREATOR,
        headers: { 'if-match': '*' },
      }),
      await service.call(`${MARKETS}/toString`, { claims: CREATOR }),
    ];
    assert.deepEqual(
      calls.map((each) => errorOf(each).type),
      ['MARKET_NOT_FOUND', 'MARKET_NOT_FOUND', 'MARKET_NOT_FOUND'],
    );
    assert.equal((await readCampaign(service)).markets.length, 2);
  });

  it('hide behind their campaign from those who have no right on it', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service);
    const id = markets[0]?._id ?? '';
    const statuses = async (claims: Claims) => [
      (await service.call(`${MARKETS}/${id}`, { claims })).status,
      (await add(service, { eventId: 'e9' }, claims)).status,
      (await patchMarket(service, id, {}, { claims, ifMatch: null })).status,
      (await removeMarket(service, id, { claims, ifMatch: null })).status,
      (await removeMarket(service, 'no-such', { claims })).status,
    ];
    assert.deepEqual(await statuses(STRANGER), [404, 404, 404, 404, 404]);
    assert.deepEqual(await statuses(WORKER), [200, 403, 403, 403, 403]);
  });

  it('are shown in one language, and keep the others when that is sent back', async (context) => {
    const service = await startService(context);
    await create(service);
    const { _id } = await added(service, { eventId: 'e3', name: { en: 'Munich', de: 'München' } });
    const answer = await service.call(`${MARKETS}/${_id}?locale=de`, { claims: CREATOR });
    const shown = dataOf<Record<string, unknown>>(answer);
    assert.equal(shown.name, 'München');
    const kept = await patchMarket(service, _id, { ...shown, venueId: 'v1' });
    assert.deepEqual(dataOf<{ name: unknown }>(kept).name, { en: 'Munich', de: 'München' });
  });

  it('refuse what is not theirs to be written', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service);
    const answer = await patchMarket(service, markets[0]?._id ?? '', {
      _id: 'x',
      eventId: 'e7',
      version: 7,
      catalogue: { checked: true },
      selection: { eligible: 1 },
    });
    assert.deepEqual(pointersOf(answer), [
      '/_id read_only',
      '/version read_only',
      '/catalogue read_only',
      '/eventId read_only',
    ]);
    assert.deepEqual(pointersOf(await add(service, { eventId: 'e7', version: 1, colour: 'red' })), [
      '/version read_only',
    ]);
    assert.deepEqual(pointersOf(await add(service, { eventId: 'e 7', colour: 'red' })), [
      '/eventId invalid_format',
      '/colour unknown_field',
    ]);
  });
});
