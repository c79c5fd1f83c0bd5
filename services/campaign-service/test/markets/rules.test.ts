import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CampaignView } from '../../src/index.ts';
import { create, patch, pointersOf } from '../fixtures.ts';
import { dataOf, errorOf, startService } from '../support.ts';
import { add, added, patchMarket, RULES, readCampaign, readMarket, setStatus } from './support.ts';

const DATES = { date: { open: '2026-02-01T00:00:00Z', close: '2026-03-01T00:00:00Z' } };

describe('the rules of markets', () => {
  it('keep dates inside the campaign, boundaries included, and say what is allowed', async (context) => {
    const service = await startService(context);
    await create(service, DATES);
    const bad = await add(service, {
      eventId: 'e3',
      date: { open: '2026-01-31T23:59:59Z', close: '2026-03-01T00:00:01Z', event: '2026-02-28T00:00:00Z' },
    });
    assert.equal(errorOf(bad).type, 'INVALID_MARKET');
    const allowed = { from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' };
    assert.deepEqual(errorOf(bad).details, [
      { pointer: '/date/open', rule: 'outside_campaign', message: "Must lie inside the campaign's dates", allowed },
      { pointer: '/date/close', rule: 'outside_campaign', message: "Must lie inside the campaign's dates", allowed },
      {
        pointer: '/date/event',
        rule: 'date_order',
        message: 'Must not be before close',
        allowed: { from: '2026-03-01T00:00:01.000Z' },
      },
    ]);
    await added(service, { eventId: 'e3', date: { ...DATES.date, event: DATES.date.close } });
  });

  it('hold for patches too, with what is stored', async (context) => {
    const service = await startService(context);
    await create(service, DATES);
    const { _id } = await added(service, { eventId: 'e3', date: { close: '2026-02-20T00:00:00Z' } });
    const refused = async (date: unknown) => pointersOf(await patchMarket(service, _id, { date }));
    assert.deepEqual(await refused({ open: '2026-02-20T00:00:00Z' }), ['/date/close date_order']);
    assert.deepEqual(await refused({ event: '2026-02-19T00:00:00Z' }), ['/date/event date_order']);
    assert.equal((await readMarket(service, _id)).version, 1);
  });

  it('take any dates where the campaign has none', async (context) => {
    const service = await startService(context);
    await create(service);
    await added(service, { eventId: 'e3', date: { open: '1999-01-01T00:00:00Z', event: '2999-01-01T00:00:00Z' } });
  });

  it('let one market have an event, with a detail that says so', async (context) => {
    const service = await startService(context);
    await create(service);
    const answer = await add(service, { eventId: 'e1' });
    assert.deepEqual([answer.status, errorOf(answer).type], [409, 'EVENT_CONFLICT']);
    assert.deepEqual(pointersOf(answer), ['/eventId unique']);
  });

  const good = [0, 0.07, 0.29, 0.57, 0.58, 1];
  const bad = [-0.01, 1.01, 0.005, 0.123, 1e-9, '0.5', null];
  it('take a least score of at most two decimals between 0 and 1', async (context) => {
    const service = await startService(context);
    await create(service);
    const { _id } = await added(service, { eventId: 'e3' });
    for (const minScore of good) {
      const answer = await patchMarket(service, _id, { selectionRules: { ...RULES, minScore } });
      assert.equal(answer.status, 200, `${minScore}: ${answer.text}`);
    }
    for (const minScore of bad) {
      const answer = await patchMarket(service, _id, { selectionRules: { ...RULES, minScore } });
      assert.equal(errorOf(answer).details?.[0]?.pointer, '/selectionRules/minScore', `${minScore}`);
    }
  });

  it('take a whole capacity from 1 on, and nothing unknown', async (context) => {
    const service = await startService(context);
    await create(service);
    for (const capacity of [0, 1.5, -1, '10', 10_000_001]) {
      const answer = await add(service, { eventId: 'e3', selectionRules: { ...RULES, capacity } });
      assert.equal(errorOf(answer).details?.[0]?.pointer, '/selectionRules/capacity', `${capacity}`);
    }
    const unknown = await add(service, { eventId: 'e3', selectionRules: { ...RULES, colour: 'red' } });
    assert.deepEqual(pointersOf(unknown), ['/selectionRules/colour unknown_field']);
    const { selectionRules } = await added(service, { eventId: 'e3', selectionRules: { minScore: 0, capacity: 1 } });
    assert.deepEqual(selectionRules, { minScore: 0, requireVerified: false, capacity: 1, ruleVersion: 1 });
  });

  it('move the version of the rules when the rules change, and only then', async (context) => {
    const service = await startService(context);
    await create(service);
    const { _id } = await added(service, { eventId: 'e3', selectionRules: RULES });
    const ruleVersion = async (json: unknown) =>
      dataOf<{ selectionRules?: { ruleVersion: number } }>(await patchMarket(service, _id, json)).selectionRules
        ?.ruleVersion;
    assert.equal(await ruleVersion({ name: 'Berlin' }), 1);
    assert.equal(await ruleVersion({ selectionRules: { capacity: 200 } }), 3);
    assert.equal(await ruleVersion({ selectionRules: { capacity: 200, ruleVersion: 3 } }), 3);
    assert.deepEqual(pointersOf(await patchMarket(service, _id, { selectionRules: { ruleVersion: 9 } })), [
      '/selectionRules/ruleVersion read_only',
    ]);
    assert.equal(await ruleVersion({ selectionRules: null }), undefined);
    assert.equal(await ruleVersion({ selectionRules: RULES }), 5, 'a version that was never used before');
  });

  it('hold for markets that are written with their campaign', async (context) => {
    const service = await startService(context);
    await create(service, { markets: [{ eventId: 'e1', selectionRules: RULES }] });
    const { markets } = await readCampaign(service);
    assert.deepEqual(markets[0]?.selectionRules, { ...RULES, ruleVersion: 1 });
    const answer = await patch(service, { markets: [{ ...markets[0], selectionRules: { ...RULES, minScore: 0.6 } }] });
    assert.equal(dataOf<CampaignView>(answer).markets[0]?.selectionRules?.ruleVersion, 2);
    assert.deepEqual(
      pointersOf(await patch(service, { markets: [{ eventId: 'e1', selectionRules: { minScore: 2 } }] })),
      ['/markets/0/selectionRules/minScore too_big', '/markets/0/selectionRules/capacity invalid_type'],
    );
  });

  it('close and reopen markets, until the campaign is INACTIVE', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service);
    const [first = '', second = ''] = markets.map(({ _id }) => _id);
    const move = (id: string, status: string) => patchMarket(service, id, { status });
    for (const status of ['CLOSED', 'ACTIVE', 'CLOSED']) assert.equal((await move(first, status)).status, 200);
    await setStatus(service, 'INACTIVE');
    assert.deepEqual(pointersOf(await move(first, 'ACTIVE')), ['/status transition']);
    assert.equal((await move(second, 'CLOSED')).status, 200);
    assert.deepEqual(pointersOf(await add(service, { eventId: 'e9' })), [' campaign_inactive']);
    const whole = await patch(service, {
      markets: [{ eventId: 'e1' }, { eventId: 'e2', status: 'CLOSED' }, { eventId: 'e9' }],
    });
    assert.deepEqual(pointersOf(whole), ['/markets/0/status transition', '/markets/2 campaign_inactive']);
  });
});
