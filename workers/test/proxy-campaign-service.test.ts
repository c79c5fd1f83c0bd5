import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { JsonObject } from '@verifiedfan/ports';
import type { TokenClaims } from '@verifiedfan/service';
import { makeAppSyncResolverInput } from '@verifiedfan/test-utils';
import { createTestClock } from './support/clock.ts';
import { openTestPlatform } from './support/platform.ts';
import { tokenOf } from './support/real-services.ts';
import { startTestServices } from './support/services.ts';
import { makeSetting } from './support/setting.ts';

const setUp = async (context: TestContext) => {
  const clock = createTestClock();
  const { endpoint, importCampaigns, campaignFaults } = await startTestServices(context, clock);
  const platform = openTestPlatform(context, { clock });
  const { run } = makeSetting(context, { platform, endpoint });
  await importCampaigns([{ _id: 'tour', name: 'The Tour', markets: [{ eventId: 'e1' }] }]);
  const ask = (eventId: unknown, headers: Record<string, string>) => {
    const input = makeAppSyncResolverInput({ arguments: { eventId }, fieldName: 'campaignByEventId', headers });
    return run<JsonObject | null>('proxyCampaignService', input);
  };
  return { ask, campaignFaults };
};
const as = (rights: Partial<TokenClaims>) => ({ authorization: `Bearer ${tokenOf(rights)}` });

describe('proxyCampaignService', () => {
  it('answers the campaign of an event, with its id under the name that GraphQL has for it', async (context) => {
    const { ask } = await setUp(context);
    const campaign = await ask('e1', as({ supreme: true }));
    assert.deepEqual(
      { id: campaign?.id, _id: campaign?._id, name: campaign?.name },
      { id: 'tour', _id: undefined, name: 'The Tour' },
    );
  });

  it('answers null for an event that no campaign has', async (context) => {
    const { ask } = await setUp(context);
    assert.equal(await ask('e2', as({ supreme: true })), null);
  });

  it("shows what the caller's own token may see, and nothing more", async (context) => {
    const { ask } = await setUp(context);
    assert.equal(await ask('e1', as({ sub: 'somebody' })), null);
    const granted = await ask('e1', as({ sub: 'somebody', campaigns: { tour: { actions: ['read'] } } }));
    assert.equal(granted?.id, 'tour');
  });

  it('fails without a token, because it lends nobody its own rights', async (context) => {
    const { ask } = await setUp(context);
    await assert.rejects(ask('e1', {}), { name: 'RequestError', status: 401 });
  });

  it('asks again when campaign-service stumbles', async (context) => {
    const { ask, campaignFaults } = await setUp(context);
    campaignFaults.decide = () => (campaignFaults.requests < 3 ? 'before' : undefined);
    assert.equal((await ask('e1', as({ supreme: true })))?.id, 'tour');
  });

  for (const eventId of ['', 'a b', 'a/b', 'x'.repeat(129), 7, null, undefined, { $ne: '' }]) {
    it(`refuses ${JSON.stringify(eventId)?.slice(0, 20)} as an event`, async (context) => {
      const { ask, campaignFaults } = await setUp(context);
      await assert.rejects(ask(eventId, as({ supreme: true })), /eventId must be/);
      assert.equal(campaignFaults.requests, 0);
    });
  }
});
