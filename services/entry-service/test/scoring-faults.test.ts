import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import { apply, aScore, post, stored, withoutRevision } from './scoring-calls.ts';
import { errorOf, openDatabase, startService } from './support.ts';

describe('POST /scoring under faults', () => {
  /** A database whose next bulk writes run `interfere` around the real write. */
  const withFaults = (database: Database, interfere: (write: () => Promise<unknown>) => Promise<void>): Database => ({
    ...database,
    collection(name, options) {
      const real = database.collection(name, options);
      if (name !== 'entries') return real as never;
      return {
        ...real,
        async bulkWrite(operations: Parameters<typeof real.bulkWrite>[0]) {
          let results: Awaited<ReturnType<typeof real.bulkWrite>> = [];
          await interfere(async () => {
            results = await real.bulkWrite(operations);
          });
          return results;
        },
      } as never;
    },
  });

  it('answers 500 after a write, and the repetition finds everything in place', async (context) => {
    let faults = 1;
    const database = withFaults(openDatabase(context), async (write) => {
      await write();
      if (faults-- > 0) throw new Error('the connection broke behind the write');
    });
    const service = await startService(context, { database });
    const rows = [aScore(), aScore({ memberId: 'm2' })];
    assert.equal((await post(service, rows)).status, 500);
    const before = await withoutRevision(service);
    assert.deepEqual(await apply(service, rows), {
      input: 2,
      found: 2,
      inserted: 0,
      updated: 0,
      unchanged: 2,
      withdrawn: 0,
    });
    assert.deepEqual(await withoutRevision(service), before);
    assert.equal(before.length, 2);
  });

  it('decides again when another writer was faster', async (context) => {
    const plain = openDatabase(context);
    const rival = await startService(context, { database: plain });
    let races = 2;
    const database = withFaults(plain, async (write) => {
      if (races-- > 0) await apply(rival, [aScore({ score: 0.9, load: 10 - races, scoredAt: '2026-03-01T00:00:00Z' })]);
      await write();
    });
    const service = await startService(context, { database });
    const counts = await apply(service, [aScore({ file: 'f2' }), aScore({ memberId: 'm2' })]);
    assert.deepEqual([counts.inserted, counts.unchanged], [1, 1]);
    const entry = await stored(service);
    assert.deepEqual([entry?.scoring?.score, entry?.hidden?.map(({ file }) => file)], [0.9, ['f2']]);
    assert.ok(races < 0);
  });

  it('never brings an erased entry back with its personal data', async (context) => {
    const plain = openDatabase(context);
    const rival = await startService(context, { database: plain });
    const json = { campaignId: 'c1', memberId: 'm1', email: 'fan@example.com' };
    await rival.call('/entries', { json, claims: { permissions: ['entries:register'] } });
    let erased = false;
    const database = withFaults(plain, async (write) => {
      if (!erased) await rival.call('/entries/c1/m1', { method: 'DELETE', claims: { permissions: ['entries:erase'] } });
      erased = true;
      await write();
    });
    const service = await startService(context, { database });
    assert.equal((await apply(service, [aScore()])).inserted, 1);
    assert.equal((await stored(service))?.registration, undefined);
  });

  it('answers 503 when others keep winning', async (context) => {
    const plain = openDatabase(context);
    const rival = await startService(context, { database: plain });
    let load = 1;
    const database = withFaults(plain, async (write) => {
      load += 1;
      await apply(rival, [aScore({ load })]);
      await write();
    });
    const service = await startService(context, { database });
    const answer = await post(service, [aScore({ file: 'f2' })]);
    assert.deepEqual([answer.status, errorOf(answer).type, answer.headers['retry-after']], [503, 'CONTENTION', '1']);
  });
});
