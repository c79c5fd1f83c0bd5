import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { workers } from '../../index.ts';
import { type Chance, createChance } from '../support/chance.ts';
import { createTestClock } from '../support/clock.ts';
import { isTransient } from '../support/consumer.ts';
import { createDirectClients } from '../support/direct-clients.ts';
import { withFaults } from '../support/faults.ts';
import { createTestHost, handlerOf, withServices } from '../support/host.ts';
import { runInvocation } from '../support/invocation.ts';
import { createOwner } from '../support/owner.ts';
import { openTestBucket, openTestPlatform } from '../support/platform.ts';
import { claimsOf, createRealServices } from '../support/real-services.ts';
import { makeSetting } from '../support/setting.ts';
import { createCounting, members, type RefreshAnswer, RULES, refreshEvent, saveMembers } from './support/selections.ts';

const MOST_CALLS = 100;

/** Dies at one call and in no other way: before the call is made, or when it is done and nobody was told. */
const dyingChance = (when: 'before' | 'after'): Chance => ({
  ...createChance(when),
  between: (low) => low,
  percent: (percent) => percent > 0 && when === 'before',
});

describe('selectionRefresh, killed at each of its calls', () => {
  const owner = createOwner();
  after(() => owner.end());
  const clock = createTestClock();
  const services = createRealServices(owner, clock);
  const { find, putSelection } = createDirectClients(services);
  const platform = openTestPlatform(owner, { clock, bucket: openTestBucket(owner, clock) });
  const setting = makeSetting(owner, { platform });
  const count = createCounting(setting);
  const worker = withServices(workers.selectionRefresh, { find, putSelection });
  const handler = handlerOf('selectionRefresh', createTestHost({ platform: withFaults(platform) }), worker);

  /** Kills a refresh at a call, then lets the message come again; answers whether the refresh had that many calls. */
  const killAt = async (call: number, when: 'before' | 'after'): Promise<boolean> => {
    const campaignId = `killed-${when}-${call}`;
    const markets = ['e1', 'e2'].map((eventId) => ({ eventId, selectionRules: RULES }));
    await services.importCampaigns([{ _id: campaignId, markets }]);
    await saveMembers(platform, members(12), campaignId);
    await count();
    const event = refreshEvent([{ campaignId }]);
    const invocation = { chance: dyingChance(when), faultPercent: 0 };
    const died = await runInvocation({ ...invocation, diesAtCall: call }, async () => {
      try {
        const { batchItemFailures } = (await handler(event)) as unknown as RefreshAnswer;
        return batchItemFailures.length > 0;
      } catch (error) {
        assert.ok(isTransient(error), String(error));
        return true;
      }
    });
    const again = (await handler(event)) as unknown as RefreshAnswer;
    assert.deepEqual(again.batchItemFailures, [], campaignId);
    assert.equal(again.markets.input, again.markets.applied + again.markets.unchanged, campaignId);
    const campaign = await services.campaigns.manager.findById(campaignId, claimsOf({ supreme: true }));
    const selections = campaign.markets.map(({ selection }) => [selection?.eligible, selection?.status]);
    assert.deepEqual(selections, Array(2).fill([12, 'oversubscribed']), campaignId);
    assert.equal(campaign.version, 1);
    return died;
  };

  for (const when of ['before', 'after'] as const) {
    it(`ends as if nothing had been, when it dies ${when} the call`, async () => {
      let call = 1;
      while (call < MOST_CALLS && (await killAt(call, when))) call += 1;
      assert.ok(call > 8 && call < MOST_CALLS, `it has ${call - 1} calls`);
      assert.deepEqual(await setting.letters(), []);
    });
  }
});
