import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { claimsOf } from '../support/real-services.ts';
import { CAMPAIGN, members, RULES, type Selections, startSelections, TOUR } from './support/selections.ts';

const ADMIN = claimsOf({ supreme: true });
const NO_CAMPAIGN = { input: 0, missing: 0, skipped: 0, refreshed: 0, requeued: 0, failed: 0 };
const NO_MARKET = { input: 0, applied: 0, unchanged: 0, missing: 0, failed: 0 };

const marketOf = async ({ services }: Selections, eventId = 'e1', campaignId = CAMPAIGN) => {
  const { markets } = await services.campaigns.manager.findById(campaignId, ADMIN);
  const market = markets.find((each) => each.eventId === eventId);
  assert.ok(market);
  return market;
};

const setUp = async (context: TestContext) => {
  const selections = await startSelections(context);
  const { services } = selections;
  const selection = async (eventId = 'e1') => (await marketOf(selections, eventId)).selection;
  const patch = async (document: Record<string, never> | object, eventId = 'e1') => {
    const { _id: marketId } = await marketOf(selections, eventId);
    const options = { ifMatch: () => '*' as const, claims: ADMIN };
    return services.campaigns.markets.update({ campaignId: CAMPAIGN, marketId }, document as never, options);
  };
  return { ...selections, selection, patch };
};

describe('selectionRefresh', () => {
  it('computes what the rules of a market come to, and writes it to the market', async (context) => {
    const { score, refresh, selection, clock } = await setUp(context);
    await score([...members(9), { memberId: 'x', score: 0.49, isVerified: true, events: ['e1'] }]);
    await score([{ memberId: 'y', score: 0.5, isVerified: false, events: ['e1'] }]);
    const answer = await refresh();
    assert.deepEqual(answer.campaigns, { ...NO_CAMPAIGN, input: 1, refreshed: 1 });
    assert.deepEqual(answer.markets, { ...NO_MARKET, input: 1, applied: 1 });
    assert.deepEqual([answer.scans, answer.rows, answer.batchItemFailures], [1, 11, []]);
    assert.deepEqual(await selection(), {
      eligible: 9,
      capacity: 10,
      status: 'balanced',
      ruleVersion: 1,
      marketVersion: 1,
      scoresVersion: 11,
      computedAt: new Date(clock.now()).toISOString(),
    });
    assert.equal(await selection('e2'), undefined, 'without rules there is no selection');
  });

  it('follows the scores', async (context) => {
    const { score, refresh, selection } = await setUp(context);
    const statuses: unknown[] = [];
    for (const count of [0, 8, 9, 10, 11]) {
      await score(members(count));
      await refresh();
      const { status, eligible } = (await selection()) ?? {};
      statuses.push([eligible, status]);
    }
    assert.deepEqual(statuses, [
      [0, 'undersubscribed'],
      [8, 'undersubscribed'],
      [9, 'balanced'],
      [10, 'balanced'],
      [11, 'oversubscribed'],
    ]);
  });

  it('reads no members for a campaign without rules, and none again for scores that it knows', async (context) => {
    const { score, refresh, patch, selection } = await setUp(context);
    await score(members(12));
    assert.equal((await refresh()).rows, 12);
    await patch({ selectionRules: { ...RULES, capacity: 20 } });
    const changed = await refresh();
    assert.deepEqual([changed.markets.applied, changed.scans], [1, 0]);
    assert.deepEqual([(await selection())?.status, (await selection())?.ruleVersion], ['undersubscribed', 2]);
    await patch({ selectionRules: RULES }, 'e2');
    const other = await refresh();
    assert.deepEqual([other.markets, other.scans], [{ ...NO_MARKET, input: 2, applied: 1, unchanged: 1 }, 0]);
    await patch({ selectionRules: null });
    await patch({ selectionRules: null }, 'e2');
    const none = await refresh();
    assert.deepEqual([none.campaigns, none.markets], [{ ...NO_CAMPAIGN, input: 1, skipped: 1 }, NO_MARKET]);
  });

  it('reads the members again for an event that was not there before', async (context) => {
    const { score, refresh, services, selection } = await setUp(context);
    await score(members(3, 0.9, ['e1', 'e7']));
    await refresh();
    await services.campaigns.markets.add(CAMPAIGN, { eventId: 'e7', selectionRules: RULES }, { claims: ADMIN });
    const answer = await refresh();
    assert.deepEqual([answer.scans, answer.markets.applied, (await selection('e7'))?.eligible], [1, 1, 3]);
  });

  it('changes nothing and writes nothing when a message comes twice', async (context) => {
    const { score, refresh, selection, clock, services } = await setUp(context);
    await score(members(3));
    await refresh();
    const before = await selection();
    clock.advance(1_000);
    const written = services.campaignFaults.requests;
    const answer = await refresh(
      { campaignId: CAMPAIGN },
      { campaignId: CAMPAIGN },
      { specversion: '1.0', subject: CAMPAIGN },
    );
    assert.deepEqual(answer.campaigns, { ...NO_CAMPAIGN, input: 1, refreshed: 1 });
    assert.deepEqual([answer.markets, answer.scans], [{ ...NO_MARKET, input: 1, unchanged: 1 }, 0]);
    assert.deepEqual(await selection(), before);
    assert.equal(services.campaignFaults.requests, written + 1, 'the campaign was read, and that is all');
  });

  it('takes part in no circle: its write-back moves no version', async (context) => {
    const { score, refresh, services } = await setUp(context);
    const version = async () => (await services.campaigns.manager.findById(CAMPAIGN, ADMIN)).version;
    await score(members(3));
    const before = await version();
    await refresh();
    assert.equal(await version(), before);
  });

  it('says closed for a market that is closed and a campaign that has ended', async (context) => {
    const { score, refresh, selection, patch } = await setUp(context);
    await score(members(12));
    await refresh();
    await patch({ status: 'CLOSED' });
    await refresh();
    const { status, eligible, marketVersion } = (await selection()) ?? {};
    assert.deepEqual([status, eligible, marketVersion], ['closed', 12, 2]);
    await patch({ status: 'ACTIVE' });
    await refresh();
    assert.equal((await selection())?.status, 'oversubscribed');
  });

  it('is done with campaigns that are gone, and works on their neighbours', async (context) => {
    const { score, refresh, selection } = await setUp(context);
    await score(members(1));
    const answer = await refresh(
      { campaignId: 'gone' },
      { campaignId: CAMPAIGN },
      { campaignId: '..' },
      { campaignId: 'refresh' },
    );
    assert.deepEqual(answer.campaigns, { ...NO_CAMPAIGN, input: 4, missing: 3, refreshed: 1 });
    assert.deepEqual([answer.batchItemFailures, (await selection())?.eligible], [[], 1]);
  });

  it('is done with a market that is removed while it is computed', async (context) => {
    const { score, refresh, services, letters, ...rest } = await setUp(context);
    await score(members(1));
    const { _id: marketId } = await marketOf({ services, score, refresh, letters, ...rest });
    services.campaignFaults.decide = ({ method }) => {
      if (method === 'PUT')
        void services.campaigns.markets.remove(
          { campaignId: CAMPAIGN, marketId },
          { ifMatch: () => '*', claims: ADMIN },
        );
      return undefined;
    };
    const answer = await refresh();
    const { applied, missing, failed } = answer.markets;
    assert.deepEqual([applied + missing, failed, answer.batchItemFailures, await letters()], [1, 0, [], []]);
  });

  for (const body of [
    {},
    [],
    'text',
    null,
    { campaignId: 'a b' },
    { specversion: '1.0' },
    { campaignId: 'a', attempt: -1 },
  ]) {
    it(`dead-letters ${JSON.stringify(body)}`, async (context) => {
      const { refresh, letters } = await setUp(context);
      const { campaigns, batchItemFailures } = await refresh(body);
      assert.deepEqual([campaigns.input, batchItemFailures, (await letters()).length], [0, [], 1]);
    });
  }

  it('tries a message again when campaign-service cannot be reached or fails', async (context) => {
    const { score, refresh, services, selection, letters } = await setUp(context);
    await score(members(2));
    services.campaignFaults.decide = ({ method }) => (method === 'GET' ? 'before' : undefined);
    const unread = await refresh();
    assert.deepEqual([unread.campaigns.failed, unread.markets, unread.batchItemFailures.length], [1, NO_MARKET, 1]);
    services.campaignFaults.decide = ({ method }) => (method === 'PUT' ? 'after' : undefined);
    const unanswered = await refresh();
    assert.deepEqual([unanswered.markets.failed, unanswered.batchItemFailures.length], [1, 1]);
    assert.equal((await selection())?.eligible, 2, 'it was written, and nobody was told');
    services.campaignFaults.decide = () => undefined;
    assert.deepEqual((await refresh()).markets, { ...NO_MARKET, input: 1, unchanged: 1 });
    assert.deepEqual(await letters(), []);
  });

  it('logs each selection with what it was computed from', async (context) => {
    const lines: { message: string; data: unknown }[] = [];
    const selections = await startSelections(context);
    const note = (message: string, data?: object): void => {
      lines.push({ message, data });
    };
    Object.assign(selections.host, { log: { debug: () => {}, info: note, warn: note, error: note } });
    await selections.score(members(2));
    await selections.refresh();
    const line = lines.find(({ message }) => message === 'selection computed');
    const { selection, _id: marketId } = await marketOf(selections);
    assert.deepEqual(line?.data, {
      campaignId: CAMPAIGN,
      marketId,
      eventId: 'e1',
      campaignStatus: 'DRAFT',
      marketStatus: 'ACTIVE',
      rules: { ...RULES, ruleVersion: 1 },
      selection,
      answer: 'applied',
    });
  });

  it('keeps campaigns apart', async (context) => {
    const second = { ...TOUR, _id: 'second' };
    const selections = await startSelections(context, [TOUR, second]);
    await selections.score(members(2));
    await selections.score(members(5), 'second');
    const answer = await selections.refresh({ campaignId: CAMPAIGN }, { campaignId: 'second' });
    assert.deepEqual([answer.campaigns.refreshed, answer.markets.applied, answer.rows], [2, 2, 7]);
    const eligible = [await marketOf(selections), await marketOf(selections, 'e1', 'second')];
    assert.deepEqual(
      eligible.map(({ selection }) => selection?.eligible),
      [2, 5],
    );
  });
});
