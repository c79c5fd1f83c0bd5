import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import type { CampaignView } from '../src/index.ts';
import { type Claims, dataOf, errorOf, openDatabase, startService } from './support.ts';

const CREATOR: Claims = { sub: 'promoter', permissions: ['campaigns:create'] };
const aCampaign = (overrides: Record<string, unknown> = {}) => ({
  _id: 'c1',
  name: 'Tour',
  maxRank: 2,
  markets: [{ eventId: 'e1' }, { eventId: 'e2' }],
  ...overrides,
});
type Service = Awaited<ReturnType<typeof startService>>;
const send = (service: Service, campaigns: unknown[], claims = CREATOR) =>
  service.call('/campaigns/import', { json: { campaigns }, claims });
const outcomes = async (service: Service, ...campaigns: unknown[]): Promise<string[]> => {
  const answer = await send(service, campaigns);
  assert.equal(answer.status, 200, answer.text);
  const { campaigns: results } = dataOf<{ campaigns: { _id: string; outcome: string; version: number }[] }>(answer);
  return results.map(({ _id, outcome, version }) => `${_id} ${outcome} ${version}`);
};
const read = async (service: Service, id = 'c1'): Promise<CampaignView> =>
  dataOf(await service.call(`/campaigns/${id}`, { claims: { supreme: true } }));

describe('POST /campaigns/import', () => {
  it('refuses a list that names one campaign twice, and writes nothing', async (context) => {
    const service = await startService(context);
    const answer = await send(service, [aCampaign(), aCampaign({ _id: 'c2' }), aCampaign({ name: 'Again' })]);
    assert.deepEqual(
      [answer.status, errorOf(answer).details?.map(({ pointer, rule }) => `${pointer} ${rule}`)],
      [400, ['/campaigns/2/_id unique']],
    );
    assert.equal(await service.database.collection('campaigns').count(), 0);
  });

  it('creates, then changes nothing, then makes the campaign what the document says', async (context) => {
    const service = await startService(context);
    const documents = [aCampaign(), aCampaign({ _id: 'c2' })];
    assert.deepEqual(await outcomes(service, ...documents), ['c1 created 1', 'c2 created 1']);
    const before = await read(service);
    assert.deepEqual(await outcomes(service, ...documents), ['c1 unchanged 1', 'c2 unchanged 1']);
    assert.deepEqual(await read(service), before);
    const next = aCampaign({ maxRank: undefined, markets: [{ eventId: 'e2' }, { eventId: 'e3' }] });
    assert.deepEqual(await outcomes(service, next), ['c1 updated 2']);
    const after = await read(service);
    assert.deepEqual([after.maxRank, after.markets.map(({ eventId }) => eventId)], [undefined, ['e2', 'e3']]);
    assert.equal(after.markets[0]?._id, before.markets[1]?._id);
    assert.equal(await service.database.collection('markets').count({ campaignId: 'c1' }), 2);
  });

  it('takes what was read as a document', async (context) => {
    const service = await startService(context);
    await outcomes(service, aCampaign());
    assert.deepEqual(await outcomes(service, await read(service)), ['c1 unchanged 1']);
  });

  it('counts another order of markets as a change', async (context) => {
    const service = await startService(context);
    await outcomes(service, aCampaign());
    assert.deepEqual(await outcomes(service, aCampaign({ markets: [{ eventId: 'e2' }, { eventId: 'e1' }] })), [
      'c1 updated 2',
    ]);
    assert.deepEqual(
      (await read(service)).markets.map(({ eventId }) => eventId),
      ['e2', 'e1'],
    );
  });

  it('writes nothing when a document is wrong, and points at it', async (context) => {
    const service = await startService(context);
    const answer = await send(service, [aCampaign(), aCampaign({ _id: 'c2', colour: 1 })]);
    assert.equal(answer.status, 400);
    assert.deepEqual(
      errorOf(answer).details?.map(({ pointer }) => pointer),
      ['/campaigns/1/colour'],
    );
    assert.equal(await service.database.collection('campaigns').count(), 0);
    for (const _id of ['', 'a b', '__proto__', 'x'.repeat(600)]) {
      const noId = await send(service, [aCampaign({ _id })]);
      assert.deepEqual([noId.status, errorOf(noId).details?.[0]?.pointer], [400, '/campaigns/0/_id'], _id);
    }
    const withoutId = await send(service, [aCampaign({ _id: undefined })]);
    assert.deepEqual(
      errorOf(withoutId).details?.map(({ pointer, rule }) => `${pointer} ${rule}`),
      ['/campaigns/0/_id required'],
    );
  });

  it('stores a campaign with all of its markets or not at all', async (context) => {
    const service = await startService(context);
    await outcomes(service, aCampaign({ domain: { site: 'a.example.com' } }), aCampaign({ _id: 'c2' }));
    const answer = await send(service, [aCampaign({ _id: 'c2', domain: { site: 'a.example.com' }, markets: [] })]);
    assert.deepEqual([answer.status, errorOf(answer).type], [409, 'DOMAIN_NAME_CONFLICT']);
    assert.deepEqual(
      errorOf(answer).details?.map(({ pointer }) => pointer),
      ['/campaigns/0/domain/site'],
    );
    assert.equal((await read(service, 'c2')).markets.length, 2);
  });

  it('does not reach to campaigns of others', async (context) => {
    const service = await startService(context);
    await outcomes(service, aCampaign());
    const answer = await send(service, [aCampaign({ name: 'Mine', version: 99 })], { ...CREATOR, sub: 'other' });
    assert.deepEqual([answer.status, errorOf(answer).type], [409, 'ALREADY_EXISTS']);
    assert.equal((await send(service, [], { sub: 'other' })).status, 403);
    assert.equal((await send(service, [aCampaign({ name: 'Ours' })], { sub: 'admin', supreme: true })).status, 200);
    assert.equal((await read(service)).name, 'Ours');
  });

  it('ends the same when several import the same file at once', async (context) => {
    const service = await startService(context);
    const results = await Promise.all(Array.from({ length: 5 }, () => send(service, [aCampaign()])));
    assert.ok(results.every(({ status }) => status === 200));
    assert.deepEqual(await outcomes(service, aCampaign()), ['c1 unchanged 1']);
    assert.equal(await service.database.collection('markets').count(), 2);
  });

  it('may be repeated after a fault behind the write', async (context) => {
    const real = openDatabase(context);
    let faults = 1;
    const database: Database = {
      ...real,
      collection: real.collection.bind(real) as Database['collection'],
      async transact(steps) {
        const result = await real.transact(steps);
        if (faults-- > 0) throw new Error('the connection broke behind the write');
        return result;
      },
    };
    const service = await startService(context, { database });
    assert.equal((await send(service, [aCampaign()])).status, 500);
    assert.deepEqual(await outcomes(service, aCampaign()), ['c1 unchanged 1']);
  });
});
