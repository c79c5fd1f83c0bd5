import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { JsonObject } from '@verifiedfan/ports';
import { makeScheduleInput } from '@verifiedfan/test-utils';
import { createTestClock } from './support/clock.ts';
import { openTestPlatform } from './support/platform.ts';
import { claimsOf, tokenOf } from './support/real-services.ts';
import { startTestServices } from './support/services.ts';
import { makeSetting } from './support/setting.ts';

const PAST = { open: '2020-01-01T00:00:00Z', close: '2020-01-02T00:00:00Z' };

const setUp = async (context: TestContext, permissions: string[]) => {
  const clock = createTestClock();
  const { endpoint, campaigns, campaignFaults } = await startTestServices(context, clock);
  const workerToken = () => async () => tokenOf({ permissions });
  const { run } = makeSetting(context, { platform: openTestPlatform(context, { clock }), endpoint, workerToken });
  const supreme = claimsOf({ supreme: true });
  const importAll = (documents: JsonObject[]) => campaigns.manager.importCampaigns(documents, supreme);
  const statusOf = async (id: string) => (await campaigns.manager.findById(id, supreme)).status;
  return { tick: () => run('refreshCampaigns', makeScheduleInput()), importAll, statusOf, campaignFaults };
};

describe('refreshCampaigns', () => {
  it('has the campaigns refreshed whose time has come, and counts them', async (context) => {
    const { tick, importAll, statusOf } = await setUp(context, ['campaigns:refresh']);
    await importAll([
      { _id: 'past', name: 'Past', timezone: 'UTC', date: PAST },
      { _id: 'nowhere', name: 'Without a time zone', date: PAST },
      { _id: 'undated', name: 'Undated' },
    ]);
    assert.partialDeepStrictEqual(await tick(), { opened: 1, closed: 1, inactivated: 0, blocked: 1, failed: 0 });
    assert.deepEqual(
      [await statusOf('past'), await statusOf('nowhere'), await statusOf('undated')],
      ['CLOSED', 'DRAFT', 'DRAFT'],
    );
    assert.partialDeepStrictEqual(await tick(), { opened: 0, closed: 0, blocked: 1 });
  });

  it('asks again when the answer was lost, which does no harm', async (context) => {
    const { tick, importAll, statusOf, campaignFaults } = await setUp(context, ['campaigns:refresh']);
    await importAll([{ _id: 'past', name: 'Past', timezone: 'UTC', date: PAST }]);
    let isFirst = true;
    campaignFaults.decide = () => {
      const fault = isFirst ? 'reset' : undefined;
      isFirst = false;
      return fault;
    };
    assert.partialDeepStrictEqual(await tick(), { opened: 0, closed: 0 });
    assert.deepEqual([await statusOf('past'), campaignFaults.requests], ['CLOSED', 2]);
  });

  it('fails when its token does not have the right', async (context) => {
    const { tick } = await setUp(context, ['campaigns:read']);
    await assert.rejects(tick(), { name: 'RequestError', status: 403 });
  });
});
