import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Database, JsonObject } from '@verifiedfan/ports';
import { startServiceFor } from '@verifiedfan/service/testing';
import { type CampaignView, createCampaignService } from '../src/index.ts';
import { allowedOf, CREATOR, create, pointersOf, type Service, WORKER } from './fixtures.ts';
import { type Claims, dataOf, errorOf, openDatabase, startService, withShortSleeps } from './support.ts';

const read = async (service: Service, id: string): Promise<CampaignView> =>
  dataOf(await service.call(`/campaigns/${id}`, { claims: WORKER }));
const linksOf = async (service: Service, id: string) => (await read(service, id)).linkedCampaignIds;
const link = (service: Service, id: string, linkedCampaignIds: unknown, claims: Claims = CREATOR) =>
  service.call(`/campaigns/${id}`, { json: { linkedCampaignIds }, claims, headers: { 'if-match': '*' } });
const createAll = async (service: Service, ...ids: string[]) => {
  for (const _id of ids) await create(service, { _id, markets: [{ eventId: `event-of-${_id}` }] });
};

/** A service whose events are kept and never taken anywhere. */
const startPublishing = (context: TestContext, database: Database) =>
  startServiceFor(
    context,
    (parts) =>
      createCampaignService({
        ...parts,
        clock: withShortSleeps(parts.clock),
        destinations: { campaignDataStream: { putMany: async () => [] }, purge: async () => {} },
      }),
    { database },
  );

describe('linked campaigns', () => {
  it('name each other, whichever side links or unlinks', async (context) => {
    const service = await startService(context);
    await createAll(service, 'a', 'b', 'c');
    assert.deepEqual(dataOf<CampaignView>(await link(service, 'a', ['c', 'b'])).linkedCampaignIds, ['b', 'c']);
    assert.deepEqual([await linksOf(service, 'b'), await linksOf(service, 'c')], [['a'], ['a']]);
    assert.equal((await link(service, 'b', [])).status, 200);
    assert.deepEqual([await linksOf(service, 'a'), await linksOf(service, 'b')], [['c'], undefined]);
    assert.equal((await link(service, 'a', null)).status, 200);
    assert.deepEqual([await linksOf(service, 'a'), await linksOf(service, 'c')], [undefined, undefined]);
  });

  it('move the version of both sides when a link comes or goes, and of nobody else', async (context) => {
    const service = await startService(context);
    await createAll(service, 'a', 'b', 'c');
    await link(service, 'b', ['c']);
    await link(service, 'a', ['b']);
    const versions = await Promise.all(['a', 'b', 'c'].map(async (id) => (await read(service, id)).version));
    assert.deepEqual(versions, [2, 3, 2]);
  });

  it('are created with a campaign', async (context) => {
    const service = await startService(context);
    await createAll(service, 'a');
    await create(service, { _id: 'b', linkedCampaignIds: ['a'] });
    assert.deepEqual(await linksOf(service, 'a'), ['b']);
  });

  it('survive a document and a patch that say nothing of them', async (context) => {
    const service = await startService(context);
    await createAll(service, 'a', 'b');
    await link(service, 'a', ['b']);
    await service.call('/campaigns/a', { json: { maxRank: 1 }, claims: CREATOR, headers: { 'if-match': '*' } });
    const document = { campaigns: [{ _id: 'b', name: 'B' }] };
    assert.equal((await service.call('/campaigns/import', { json: document, claims: CREATOR })).status, 200);
    assert.deepEqual([await linksOf(service, 'a'), await linksOf(service, 'b')], [['b'], ['a']]);
  });

  it('cannot be with oneself, with nothing, with too many, or with one that has too many', async (context) => {
    const service = await startService(context);
    const ids = Array.from({ length: 21 }, (_, index) => `x${index + 10}`);
    await createAll(service, 'a', ...ids);
    assert.deepEqual(pointersOf(await link(service, 'a', ['x10', 'a'])), ['/linkedCampaignIds/1 self_link']);
    assert.deepEqual(pointersOf(await link(service, 'a', ['none'])), ['/linkedCampaignIds/0 unknown_campaign']);
    assert.deepEqual(pointersOf(await link(service, 'a', ids)), ['/linkedCampaignIds too_big']);
    assert.equal((await link(service, 'a', ids.slice(0, 20))).status, 200);
    const refused = await link(service, 'x30', ['a']);
    assert.deepEqual(
      [pointersOf(refused), allowedOf(refused)],
      [['/linkedCampaignIds/0 too_many_links'], [{ max: 20 }]],
    );
    assert.deepEqual([await linksOf(service, 'x30'), (await linksOf(service, 'a'))?.length], [undefined, 20]);
  });

  it('need the right to update on both sides, and tell nothing of campaigns that the caller may not know', async (context) => {
    const service = await startService(context);
    await createAll(service, 'a', 'b');
    const claims = (b: Record<string, { actions: string[] }>): Claims => ({
      sub: 'other',
      campaigns: { a: { actions: ['update'] }, ...b },
    });
    const hidden = await link(service, 'a', ['b'], claims({}));
    assert.deepEqual(pointersOf(hidden), ['/linkedCampaignIds/0 unknown_campaign']);
    const readable = claims({ b: { actions: ['read'] } });
    const refused = await link(service, 'a', ['b'], readable);
    assert.deepEqual([refused.status, errorOf(refused).type], [403, 'FORBIDDEN']);
    assert.equal((await link(service, 'a', ['b'], claims({ b: { actions: ['update'] } }))).status, 200);
    assert.equal((await link(service, 'a', [], readable)).status, 403);
    assert.deepEqual(await linksOf(service, 'b'), ['a']);
  });

  it('are imported in any order, and the same file again changes nothing', async (context) => {
    const service = await startService(context);
    const campaigns = [
      { _id: 'a', name: 'A', linkedCampaignIds: ['b'] },
      { _id: 'b', name: 'B' },
    ];
    const send = async () => {
      const answer = await service.call('/campaigns/import', { json: { campaigns }, claims: CREATOR });
      const { campaigns: outcomes } = dataOf<{ campaigns: { outcome: string }[] }>(answer);
      return outcomes.map(({ outcome }) => outcome);
    };
    assert.deepEqual(await send(), ['created', 'created']);
    assert.deepEqual(await linksOf(service, 'b'), ['a']);
    assert.deepEqual(await send(), ['unchanged', 'unchanged']);
  });

  it('hear of a change with an event and a purge, one step deep, also in a circle', async (context) => {
    const database = openDatabase(context);
    const service = await startPublishing(context, database);
    await createAll(service, 'a', 'b', 'c', 'd');
    await link(service, 'b', ['a', 'c']);
    await link(service, 'd', ['a', 'c']);
    const rows = async () => (await database.collection('outbox').find()).map(({ _id }) => _id);
    const before = new Set(await rows());
    await service.call('/campaigns/a', { json: { maxRank: 1 }, claims: CREATOR, headers: { 'if-match': '*' } });
    const told = (await rows()).filter((id) => !before.has(id)).map((id) => id.replace(/:\d+:/, ' '));
    assert.deepEqual(told.sort(), [
      'a campaignDataStream',
      'a fastly',
      'b campaignDataStream',
      'b fastly',
      'd campaignDataStream',
      'd fastly',
    ]);
    assert.equal((await read(service, 'b')).version, 2);
  });

  it('are changed on both sides or on none when others are faster', async (context) => {
    const real = openDatabase(context);
    const rival = await startService(context, { database: real });
    await createAll(rival, 'a', 'b');
    let rivals = 2;
    const database: Database = {
      collection: real.collection.bind(real) as Database['collection'],
      async transact(steps) {
        if (rivals-- > 0) {
          const json: JsonObject = { maxRank: rivals };
          await rival.call('/campaigns/b', { json, claims: CREATOR, headers: { 'if-match': '*' } });
        }
        return real.transact(steps);
      },
    };
    const service = await startService(context, { database });
    assert.equal((await link(service, 'a', ['b'])).status, 200);
    assert.deepEqual([await linksOf(service, 'a'), await linksOf(service, 'b')], [['b'], ['a']]);
    assert.equal((await read(service, 'b')).maxRank, 0);
    const together = await Promise.all([link(service, 'a', []), link(rival, 'b', ['a']), link(rival, 'b', [])]);
    assert.ok(together.every(({ status }) => status === 200));
    assert.deepEqual((await linksOf(service, 'a'))?.includes('b'), (await linksOf(service, 'b'))?.includes('a'));
  });
});
