import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CampaignView } from '../src/index.ts';
import { CREATOR, create, STRANGER, WORKER } from './fixtures.ts';
import { type Claims, dataOf, startService } from './support.ts';

describe('GET /campaigns', () => {
  it('lists only what the token may read, in pages', async (context) => {
    const service = await startService(context);
    for (const _id of ['c1', 'c2', 'c3', 'c4']) await create(service, { _id });
    const list = async (query: string, claims: Claims) => {
      const answer = await service.call(`/campaigns${query}`, { claims });
      const { next } = (answer.json() as { meta: { next: string | null } }).meta;
      return { ids: dataOf<CampaignView[]>(answer).map(({ _id }) => _id), next };
    };
    assert.deepEqual(await list('', STRANGER), { ids: [], next: null });
    assert.deepEqual((await list('', CREATOR)).ids, ['c1', 'c2', 'c3', 'c4']);
    const some = { sub: 'x', campaigns: { c3: { actions: ['read'] }, c4: { actions: ['update'] } } };
    assert.deepEqual((await list('', some)).ids, ['c3']);
    const first = await list('?limit=3', WORKER);
    assert.deepEqual(first.ids, ['c1', 'c2', 'c3']);
    assert.deepEqual(await list(`?limit=3&cursor=${first.next}`, WORKER), { ids: ['c4'], next: null });
  });

  it('finds campaigns by the event of a market', async (context) => {
    const service = await startService(context);
    await create(service, { _id: 'c1' });
    await create(service, { _id: 'c2', markets: [{ eventId: 'e2' }] });
    const found = async (eventId: string) =>
      dataOf<CampaignView[]>(await service.call(`/campaigns?eventId=${eventId}`, { claims: WORKER })).map(
        ({ _id }) => _id,
      );
    assert.deepEqual([await found('e1'), await found('e2'), await found('e3')], [['c1'], ['c1', 'c2'], []]);
  });
});
