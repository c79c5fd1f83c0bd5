import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CampaignView, CloudEvent } from '@verifiedfan/campaign-service';
import { SANDBOX_DISCOVERY } from '@verifiedfan/sandbox';
import { request, temporaryDirectory } from '@verifiedfan/test-utils';
import { runCommand, startEstate } from '../onsale/command.ts';
import { openOwnStage } from '../onsale/stage.ts';
import { openDestinations } from './destinations.ts';

/** A schedule ticks on whole minutes. */
const TICK_MS = 75_000;

describe('campaigns of an estate on ministack, DynamoDB Local, MongoDB and Redis', () => {
  it('get their selections, open and close as their schedule ticks, and are told to the queue', async (test) => {
    const { env } = await openOwnStage();
    const place = { directory: temporaryDirectory(test).path, env };
    const estate = await startEstate(['--platform', 'aws'], place);
    test.after(() => estate.end('SIGKILL'));
    const url = /https?:\/\/\S+/.exec(estate.printed.slice(estate.printed.indexOf('campaign-service')))?.[0] ?? '';
    const token = (await runCommand(['token', '--supreme'], place)).trim();
    const call = (path: string, json?: unknown) =>
      request({ url: `${url}${path}`, headers: { authorization: `Bearer ${token}` }, json });
    const until = async (isSo: (campaign: CampaignView) => boolean, what: string): Promise<CampaignView> => {
      const endMs = performance.now() + TICK_MS;
      for (;;) {
        const { data } = (await call('/campaigns/tour')).json() as { data: CampaignView };
        if (isSo(data)) return data;
        if (performance.now() > endMs) assert.fail(`never: ${what} ${JSON.stringify(data)}`);
        await sleep(200);
      }
    };

    const selectionRules = { minScore: 0.5, requireVerified: false, capacity: 10 };
    const created = await call('/campaigns', {
      ...{ _id: 'tour', name: 'Tour', timezone: 'UTC' },
      date: { open: '2026-01-01T00:00:00Z', close: '2026-01-02T00:00:00Z' },
      markets: [{ eventId: SANDBOX_DISCOVERY.eventId, selectionRules }],
    });
    assert.equal(created.status, 201, created.text);
    const { markets } = await until((campaign) => campaign.markets[0]?.selection !== undefined, 'a selection');
    assert.partialDeepStrictEqual(markets[0]?.selection, { eligible: 0, capacity: 10 });
    await until(({ status }) => status === 'CLOSED', 'closed by its schedule');
    assert.equal((await call('/artists?q=velvet')).status, 200, 'through the cache on Redis');

    const { queue } = openDestinations(test, env.RESOURCE_PREFIX);
    const types: string[] = [];
    while (types.length < 3) {
      const messages = await queue.receive({ max: 10, waitMs: 5_000 });
      assert.ok(messages.length > 0, `only ${types.join()}`);
      types.push(...messages.map(({ body }) => (JSON.parse(body) as CloudEvent).type));
      await queue.deleteMany(messages.map(({ receiptHandle }) => receiptHandle));
    }
    assert.deepEqual(
      types,
      ['created', 'opened', 'closed'].map((type) => `verifiedfan.campaign.${type}`),
    );
    assert.equal((await estate.end()).code, 0);
  });
});
