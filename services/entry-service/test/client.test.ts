import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createEntryClient } from '@verifiedfan/entry-client';
import { createRequest } from '@verifiedfan/request';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { startService, tokenOf } from './support.ts';

describe('the client of entry-service', () => {
  it('scores, registers, finds and erases', async (context) => {
    const { listening, clock } = await startService(context);
    const random = createSeededRandom({ seed: 'client' });
    const request = createRequest({ baseUrl: listening.url, clock, random, propagate: true });
    context.after(() => request.close());
    const client = createEntryClient({ request, getToken: () => tokenOf({ supreme: true }) });
    const scores = [
      {
        ...{ memberId: 'm1', rank: 0, events: ['e1'], score: 0.5, isVerified: undefined, verdict: 'none' as const },
        ...{ scoredAt: '2026-01-01T00:00:00Z', file: 'f1', load: 1, line: 2 },
      },
    ];
    const scored = await client.postScoring({ campaignId: 'c1', scores }, { idempotencyKey: 'k1' });
    assert.deepEqual(scored, { input: 1, found: 0, inserted: 1, updated: 0, unchanged: 0, withdrawn: 0 });
    const registration = { campaignId: 'c1', memberId: 'm1', email: 'fan@example.com' };
    assert.equal((await client.register(registration)).memberId, 'm1');
    assert.partialDeepStrictEqual(await client.find('c1', 'm1'), { email: 'fan@example.com', scoring: { score: 0.5 } });
    await assert.rejects(client.register({ ...registration, locale: 'de' }), { status: 409 });
    await client.erase('c1', 'm1');
    assert.equal(await client.find('c1', 'm1'), undefined);
  });
});
