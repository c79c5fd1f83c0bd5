import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aCampaign, CREATOR, create, patch, STRANGER, WORKER } from './fixtures.ts';
import { type Claims, errorOf, startService } from './support.ts';

describe('rights on campaigns', () => {
  const campaigns = (...actions: string[]): Claims => ({ sub: 'other', campaigns: { 'tour-2027': { actions } } });
  const table: [who: string, claims: Claims, read: number, update: number, create: number][] = [
    ['a stranger', STRANGER, 404, 404, 403],
    ['a reader', campaigns('read'), 200, 403, 403],
    ['an updater', campaigns('update'), 403, 200, 403],
    ['a worker', WORKER, 200, 403, 403],
    ['the creator', CREATOR, 200, 200, 409],
    ['another creator', { ...CREATOR, sub: 'other' }, 404, 404, 409],
    ['a supreme user', { sub: 'admin', supreme: true }, 200, 200, 409],
  ];

  for (const [who, claims, read, update, creation] of table) {
    it(`are those of ${who}`, async (context) => {
      const service = await startService(context);
      await create(service);
      assert.equal((await service.call('/campaigns/tour-2027', { claims })).status, read);
      assert.equal((await service.call('/campaigns/tour-2027/markets', { claims })).status, read);
      assert.equal((await patch(service, { maxRank: 1 }, { claims })).status, update);
      assert.equal((await service.call('/campaigns', { json: aCampaign(), claims })).status, creation);
    });
  }

  it('hide a campaign as if it were not there', async (context) => {
    const service = await startService(context);
    await create(service);
    const [hidden, absent] = await Promise.all(
      ['tour-2027', 'no-such'].map((id) =>
        service.call(`/campaigns/${id}`, { claims: STRANGER, headers: { 'x-correlation-id': 'c' } }),
      ),
    );
    assert.deepEqual([hidden?.status, hidden?.text], [404, absent?.text]);
    const withoutTag = await patch(service, {}, { claims: STRANGER, ifMatch: null });
    assert.deepEqual([withoutTag.status, errorOf(withoutTag).type], [404, 'CAMPAIGN_NOT_FOUND']);
  });

  it('are asked for every route but the public ones', async (context) => {
    const { service, call } = await startService(context);
    for (const { method, path, access } of service.routes) {
      const answer = await call(path.replace(':campaignId', 'c1'), { method, headers: { authorization: '' } });
      assert.equal(answer.status === 401, access !== 'public', `${method} ${path}`);
    }
  });
});
