import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import { CREATOR, create, patch, STRANGER, WORKER } from '../fixtures.ts';
import { type Claims, dataOf, errorOf, openDatabase, startService } from '../support.ts';
import {
  added,
  MARKETS,
  patchMarket,
  RULES,
  readCampaign,
  readMarket,
  removeMarket,
  SELECTOR,
  setStatus,
} from './support.ts';

const computed = (overrides: Record<string, unknown> = {}) => ({
  eligible: 95,
  capacity: RULES.capacity,
  status: 'balanced',
  ruleVersion: 1,
  marketVersion: 1,
  scoresVersion: 10,
  computedAt: '2026-01-05T10:00:00.000Z',
  ...overrides,
});

const setUp = async (context: TestContext, database: Database = openDatabase(context)) => {
  const service = await startService(context, { database });
  await create(service);
  const { _id } = await added(service, { eventId: 'e3', selectionRules: RULES });
  const put = (json: unknown, claims: Claims = SELECTOR, id = _id) =>
    service.call(`${MARKETS}/${id}/selection`, { method: 'PUT', json, claims });
  const applied = async (overrides: Record<string, unknown> = {}) =>
    dataOf<{ applied: boolean; reason?: string }>(await put(computed(overrides)));
  return { service, database, _id, put, applied };
};

const APPLIED = { applied: true };
const STALE = { applied: false, reason: 'stale' };

describe('a computed selection', () => {
  it('is kept without moving a version, a tag or the sequence, and tells nobody', async (context) => {
    const { service, database, _id, applied } = await setUp(context);
    const hidden = async () => {
      const [campaign, outbox] = await Promise.all(
        ['campaigns', 'outbox'].map((name) => database.collection(name).find()),
      );
      return { campaign, outbox };
    };
    const [before, campaign, stored] = [await readMarket(service, _id), await readCampaign(service), await hidden()];
    assert.deepEqual(await applied(), APPLIED);
    assert.deepEqual(await readMarket(service, _id), { ...before, selection: computed() });
    assert.equal((await readCampaign(service)).version, campaign.version);
    assert.deepEqual(await hidden(), stored);
  });

  it('never replaces one of newer scores, and replaces one of equal or older ones', async (context) => {
    const { service, _id, applied } = await setUp(context);
    const versions = [10, 12, 11, 12, 0, 13];
    const answers: unknown[] = [];
    for (const scoresVersion of versions)
      answers.push((await applied({ scoresVersion, eligible: scoresVersion })).applied);
    assert.deepEqual(answers, [true, true, false, true, false, true]);
    assert.equal((await readMarket(service, _id)).selection?.eligible, 13);
  });

  it('is refused when the market or its rules have changed since', async (context) => {
    const { service, _id, applied } = await setUp(context);
    await patchMarket(service, _id, { name: 'Berlin' });
    assert.deepEqual(await applied(), STALE);
    assert.deepEqual(await applied({ marketVersion: 2 }), APPLIED);
    await patchMarket(service, _id, { selectionRules: { minScore: 0.6 } });
    assert.deepEqual(await applied({ marketVersion: 3 }), STALE);
    assert.deepEqual(await applied({ marketVersion: 4, ruleVersion: 3 }), STALE);
    assert.deepEqual(await applied({ marketVersion: 3, ruleVersion: 3, capacity: 99 }), STALE);
    assert.deepEqual(await applied({ marketVersion: 3, ruleVersion: 3 }), APPLIED);
  });

  it('of older scores does not come back behind a change of the market', async (context) => {
    const { service, _id, applied } = await setUp(context);
    await applied({ scoresVersion: 20 });
    await patchMarket(service, _id, { name: 'Berlin' });
    assert.deepEqual(await applied({ marketVersion: 2, scoresVersion: 19 }), STALE);
    assert.deepEqual(await applied({ marketVersion: 2, scoresVersion: 20 }), APPLIED);
  });

  it('says closed if and only if the market or the campaign is off sale', async (context) => {
    const { service, _id, applied } = await setUp(context);
    assert.deepEqual(await applied({ status: 'closed' }), STALE);
    await patchMarket(service, _id, { status: 'CLOSED' });
    assert.deepEqual(await applied({ marketVersion: 2 }), STALE);
    assert.deepEqual(await applied({ marketVersion: 2, status: 'closed' }), APPLIED);
    await patchMarket(service, _id, { status: 'ACTIVE' });
    await setStatus(service, 'INACTIVE');
    assert.deepEqual(await applied({ marketVersion: 3 }), STALE);
    assert.deepEqual(await applied({ marketVersion: 3, status: 'closed' }), APPLIED);
  });

  it('is refused when the campaign ends between the look and the write', async (context) => {
    const real = openDatabase(context);
    const { _id } = await setUp(context, real);
    let rivals = 1;
    const database: Database = {
      collection: real.collection.bind(real) as Database['collection'],
      async transact(steps) {
        if (rivals-- > 0)
          await real.collection('campaigns').updateOne({ _id: 'tour-2027' }, { $set: { status: 'INACTIVE' } });
        return real.transact(steps);
      },
    };
    const { call } = await startService(context, { database });
    const answer = await call(`${MARKETS}/${_id}/selection`, { method: 'PUT', json: computed(), claims: SELECTOR });
    assert.deepEqual(dataOf(answer), STALE);
  });

  it('goes with its rules, so that new rules begin anew', async (context) => {
    const { service, _id, applied } = await setUp(context);
    await applied({ scoresVersion: 20 });
    await patchMarket(service, _id, { selectionRules: null });
    assert.equal((await readMarket(service, _id)).selection, undefined);
    assert.deepEqual(await applied({ marketVersion: 2 }), STALE);
    await patchMarket(service, _id, { selectionRules: RULES });
    assert.deepEqual(await applied({ marketVersion: 3, ruleVersion: 3, scoresVersion: 5 }), APPLIED);
  });

  it('stands beside people who edit: what they read can be sent back after it changed', async (context) => {
    const { service, _id, applied } = await setUp(context);
    await applied();
    const [market, campaign] = [await readMarket(service, _id), await readCampaign(service)];
    await applied({ scoresVersion: 11, eligible: 101, status: 'oversubscribed' });
    const answer = await patchMarket(service, _id, { ...market, name: 'Berlin' }, { ifMatch: '"1"' });
    assert.deepEqual([answer.status, (await readMarket(service, _id)).selection?.eligible], [200, 101]);
    assert.equal((await patch(service, { ...campaign, version: 3 }, { ifMatch: '"3"' })).status, 400, 'markets moved');
    const { markets } = await readCampaign(service);
    await applied({ marketVersion: 2, scoresVersion: 12, eligible: 102, status: 'oversubscribed' });
    assert.equal((await patch(service, { markets, maxRank: 3 }, { ifMatch: '"3"' })).status, 200);
    const after = await readMarket(service, _id);
    assert.deepEqual([after.version, after.selection?.eligible], [2, 102]);
  });

  it('is for holders of campaigns:select alone', async (context) => {
    const { put } = await setUp(context);
    const statuses: number[] = [];
    for (const claims of [STRANGER, WORKER, CREATOR, SELECTOR, { supreme: true }])
      statuses.push((await put(computed(), claims)).status);
    assert.deepEqual(statuses, [403, 403, 403, 200, 200]);
  });

  it('finds no market that is gone, and none of another campaign', async (context) => {
    const { service, _id, put } = await setUp(context);
    await removeMarket(service, _id);
    assert.equal(errorOf(await put(computed())).type, 'MARKET_NOT_FOUND');
    const answer = await service.call(`/campaigns/none/markets/${_id}/selection`, {
      method: 'PUT',
      json: computed(),
      claims: SELECTOR,
    });
    assert.equal(errorOf(answer).type, 'CAMPAIGN_NOT_FOUND');
  });

  it('is checked like everything that comes in', async (context) => {
    const { put } = await setUp(context);
    for (const wrong of [
      { eligible: -1 },
      { status: 'full' },
      { capacity: 0 },
      { scoresVersion: 1.5 },
      { colour: 'red' },
    ])
      assert.equal((await put(computed(wrong))).status, 400, JSON.stringify(wrong));
  });
});
