import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startScripted } from '../../request/test/scripted-server.ts';
import { createCampaignClient, type ImportDocument } from '../src/index.ts';

const campaign: ImportDocument = { _id: 'c1', name: 'Tour', markets: [{ eventId: 'e1', status: 'ACTIVE' }] };

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

  it('asks for one page of a list, and for one language', async (context) => {
    const answers = [
      { status: 200, body: { data: [campaign], meta: { next: 'n1' } } },
      { status: 200, body: { data: campaign, meta: {} } },
    ];
    const { request, seen } = await startScripted(context, answers);
    const client = createCampaignClient({ request, getToken: () => 't' });
    const page = await client.list({ status: 'OPEN', q: 'the tour', sort: '-updatedAt' });
    assert.deepEqual([page.campaigns.length, page.next], [1, 'n1']);
    await client.findById('c1', { locale: 'de-CH' });
    assert.deepEqual(
      seen.map(({ url }) => url),
      ['/campaigns?status=OPEN&q=the+tour&sort=-updatedAt', '/campaigns/c1?locale=de-CH'],
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

  it('refreshes, and answers what became of the campaigns', async (context) => {
    const result = { opened: 1, closed: 0, inactivated: 0, blocked: 0, failed: 0, details: [] };
    const { request, seen } = await startScripted(context, [{ status: 200, body: { data: result } }]);
    assert.deepEqual(await createCampaignClient({ request, getToken: () => 't' }).refresh(), result);
    assert.deepEqual(
      seen.map(({ method, url }) => `${method} ${url}`),
      ['POST /campaigns/refresh'],
    );
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
