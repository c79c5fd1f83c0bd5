import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCampaignClient, type MarketDocument } from '@verifiedfan/campaign-client';
import { createRequest } from '@verifiedfan/request';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { startService, tokenOf } from './support.ts';

describe('the client of campaign-service', () => {
  it('imports and finds campaigns, over several pages too', async (context) => {
    const { listening, clock } = await startService(context);
    const random = createSeededRandom({ seed: 'client' });
    const request = createRequest({ baseUrl: listening.url, clock, random, propagate: true });
    context.after(() => request.close());
    const client = createCampaignClient({ request, getToken: () => tokenOf({ supreme: true }) });
    const markets: MarketDocument[] = [{ eventId: 'e2', status: 'CLOSED' }, { eventId: 'e1' }];
    const documents = Array.from({ length: 25 }, (_, index) => ({
      _id: `c${index + 10}`,
      name: 'Tour',
      maxRank: 1,
      markets,
    }));
    const outcomes = await client.importCampaigns(documents);
    assert.deepEqual(new Set(outcomes.map(({ outcome }) => outcome)), new Set(['created']));
    const campaign = await client.findById('c10');
    assert.deepEqual(
      [campaign?.maxRank, campaign?.markets.map(({ eventId, status }) => `${eventId} ${status}`)],
      [1, ['e2 CLOSED', 'e1 ACTIVE']],
    );
    assert.equal(await client.findById('c9'), undefined);
    assert.deepEqual(
      (await client.findByEventId('e1')).map(({ _id }) => _id),
      documents.map(({ _id }) => _id),
    );
  });
});
