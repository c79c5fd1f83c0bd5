import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startScripted } from '../../request/test/scripted-server.ts';
import { createCampaignClient } from '../src/index.ts';

const campaign = { _id: 'c1', name: 'Tour', markets: [{ eventId: 'e1', status: 'ACTIVE' }] };

describe('createCampaignClient', () => {
  it('finds a campaign, and answers undefined for none', async (context) => {
    const answers = [
      { status: 200, body: { data: campaign, meta: {} } },
      { status: 404, body: { error: { type: 'CAMPAIGN_NOT_FOUND' } } },
    ];
    const { request, seen } = await startScripted(context, answers);
    const client = createCampaignClient({ request, getToken: () => 't' });
    assert.deepEqual(await client.findById('c1'), campaign);
    assert.equal(await client.findById('c/2'), undefined);
    assert.deepEqual(
      seen.map(({ url }) => url),
      ['/campaigns/c1', '/campaigns/c%2F2'],
    );
  });

  it('follows the pages of a list to its end', async (context) => {
    const answers = [
      { status: 200, body: { data: [campaign], meta: { next: 'n1' } } },
      { status: 200, body: { data: [{ ...campaign, _id: 'c2' }], meta: { next: null } } },
    ];
    const { request, seen } = await startScripted(context, answers);
    const client = createCampaignClient({ request, getToken: () => 't' });
    assert.deepEqual(
      (await client.findByEventId('e1')).map(({ _id }) => _id),
      ['c1', 'c2'],
    );
    assert.deepEqual(
      seen.map(({ url }) => url),
      ['/campaigns?eventId=e1&limit=20', '/campaigns?eventId=e1&limit=20&cursor=n1'],
    );
  });

  it('replaces a refused token once', async (context) => {
    const answers = [{ status: 401 }, { status: 200, body: { data: { campaigns: [] } } }];
    const { request, seen } = await startScripted(context, answers);
    const getToken = (options?: { refresh: boolean }) => (options?.refresh ? 'new' : 'old');
    assert.deepEqual(await createCampaignClient({ request, getToken }).importCampaigns([campaign]), []);
    assert.deepEqual(
      seen.map(({ authorization }) => authorization),
      ['Bearer old', 'Bearer new'],
    );
    assert.equal(seen[1]?.body, JSON.stringify({ campaigns: [campaign] }));
  });

  it('refuses an answer that is none', async (context) => {
    const answers = [{ data: null }, { data: { _id: 'c1' } }, {}].map((body) => ({ status: 200, body }));
    const { request } = await startScripted(context, answers);
    const client = createCampaignClient({ request, getToken: () => 't' });
    await assert.rejects(client.findById('c1'), { code: 'unexpected_answer' });
    await assert.rejects(client.findById('c1'), { code: 'unexpected_answer' });
    await assert.rejects(client.findByEventId('e1'), { code: 'unexpected_answer' });
  });
});
