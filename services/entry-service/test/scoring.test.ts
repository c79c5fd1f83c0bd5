import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { apply, aScore, post, stored, withoutRevision } from './scoring-calls.ts';
import { errorOf, startService } from './support.ts';

describe('POST /scoring', () => {
  it('inserts, updates and leaves alone, and counts each row once', async (context) => {
    const service = await startService(context);
    assert.deepEqual(await apply(service, [aScore(), aScore({ memberId: 'm2' })]), {
      input: 2,
      found: 0,
      inserted: 2,
      updated: 0,
      unchanged: 0,
      withdrawn: 0,
    });
    const counts = await apply(service, [
      aScore(),
      aScore({ memberId: 'm2', score: 0.9, load: 2 }),
      aScore({ memberId: 'm3', isVerified: true, modelVersion: 'v1' }),
    ]);
    assert.deepEqual(counts, { input: 3, found: 2, inserted: 1, updated: 1, unchanged: 1, withdrawn: 0 });
    assert.equal((await stored(service, 'm2'))?.scoring?.score, 0.9);
    assert.partialDeepStrictEqual(await stored(service, 'm3'), {
      campaignId: 'c1',
      memberId: 'm3',
      scoring: {
        isVerified: true,
        modelVersion: 'v1',
        scoredAt: '2026-01-01T00:00:00.000Z',
        file: 'f1',
        load: 1,
        line: 2,
      },
    });
  });

  it('ends the same for every order, grouping and repetition of the same rows', async (context) => {
    const rows = [
      aScore({ score: 0.1 }),
      aScore({ score: 0.2, line: 3 }),
      aScore({ score: 0.3, file: 'f2', load: 2, scoredAt: '2026-01-01T02:00:00+01:00' }),
      aScore({ score: 0.4, load: 3, scoredAt: '2025-01-01T00:00:00Z' }),
      aScore({ memberId: 'm2', score: 0.5 }),
    ];
    const reference = await startService(context);
    await apply(reference, rows);
    assert.equal((await stored(reference))?.scoring?.score, 0.3);
    assert.equal((await stored(reference))?.hidden?.length, 1);
    const orders = [rows.toReversed(), [...rows, ...rows], [...rows.slice(2), ...rows.slice(0, 2), ...rows.slice(3)]];
    for (const order of orders) {
      const service = await startService(context);
      for (const row of order) await apply(service, [row]);
      await apply(service, order.slice(1));
      assert.deepEqual(await withoutRevision(service), await withoutRevision(reference));
    }
  });

  it('lets a newer version of equal content shut out what is older, and counts it as unchanged', async (context) => {
    const service = await startService(context);
    await apply(service, [aScore()]);
    const newer = await apply(service, [aScore({ scoredAt: '2026-01-03T00:00:00Z', load: 2 })]);
    assert.deepEqual([newer.updated, newer.unchanged], [0, 1]);
    await apply(service, [aScore({ score: 0.9, scoredAt: '2026-01-02T00:00:00Z', load: 1, line: 9 })]);
    assert.equal((await stored(service))?.scoring?.score, 0.5);
  });

  it('brings a hidden row back when the one that hid it is withdrawn', async (context) => {
    const service = await startService(context);
    await apply(service, [
      aScore({ score: 0.1 }),
      aScore({ score: 0.2, file: 'f2', load: 2, scoredAt: '2026-02-01T00:00:00Z' }),
    ]);
    const withdrawal = { memberId: 'm1', file: 'f2', load: 3 };
    assert.equal((await apply(service, [], [withdrawal])).withdrawn, 1);
    const entry = await stored(service);
    assert.deepEqual([entry?.scoring?.score, entry?.hidden], [0.1, undefined]);
    assert.equal((await apply(service, [], [withdrawal])).withdrawn, 0);
  });

  it('keeps a row of the load that replaced the withdrawn one, in whatever order they come', async (context) => {
    const service = await startService(context);
    await apply(service, [aScore()]);
    const counts = await apply(service, [aScore({ load: 2, score: 0.7 })], [{ memberId: 'm1', file: 'f1', load: 2 }]);
    assert.deepEqual([counts.updated, counts.withdrawn], [1, 0]);
    assert.equal((await stored(service))?.scoring?.score, 0.7);
  });

  it('removes an entry with its last row, unless the member registered', async (context) => {
    const service = await startService(context);
    const registrar = { permissions: ['entries:register'] };
    await service.call('/entries', { json: { campaignId: 'c1', memberId: 'm2' }, claims: registrar });
    await apply(service, [aScore(), aScore({ memberId: 'm2' })]);
    const withdrawals = ['m1', 'm2', 'm3'].map((memberId) => ({ memberId, file: 'f1', load: 2 }));
    assert.equal((await apply(service, [], withdrawals)).withdrawn, 2);
    assert.equal(await stored(service, 'm1'), undefined);
    const registered = await stored(service, 'm2');
    assert.deepEqual([registered?.scoring, registered?.registration], [undefined, {}]);
  });

  it('counts a row on a registered entry without scores as an update', async (context) => {
    const service = await startService(context);
    await service.call('/entries', {
      json: { campaignId: 'c1', memberId: 'm1' },
      claims: { permissions: ['entries:register'] },
    });
    const counts = await apply(service, [aScore(), aScore()]);
    assert.deepEqual([counts.found, counts.updated, counts.unchanged], [2, 1, 1]);
  });

  it('takes 500 rows at most, withdrawals included', async (context) => {
    const service = await startService(context);
    const rows = Array.from({ length: 500 }, (_, index) => aScore({ memberId: `m${index}`, line: index + 2 }));
    assert.equal((await apply(service, rows)).inserted, 500);
    const answer = await post(service, rows, [{ memberId: 'm1', file: 'f1', load: 2 }]);
    assert.deepEqual([answer.status, errorOf(answer).type], [413, 'PAYLOAD_TOO_LARGE']);
  });

  it('needs the right to score', async (context) => {
    const { call } = await startService(context);
    const json = { campaignId: 'c1', scores: [] };
    assert.equal((await call('/scoring', { json, claims: { permissions: ['entries:read'] } })).status, 403);
    assert.equal((await call('/scoring', { json, claims: { supreme: true } })).status, 200);
  });
});
