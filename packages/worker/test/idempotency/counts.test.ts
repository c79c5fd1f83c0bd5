import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Table } from '@verifiedfan/ports';
import { countOnce, countsKey, foldShard, readCounts, repairCounts } from '../../src/idempotency/index.ts';
import { createClock, EVERY_MOMENT, failingOnce, interruptedBefore, openTable } from './support/index.ts';

const sums = ['verified', 'selected'] as const;
const campaignId = 'a';
const HOUR_MS = 3_600_000;

const count = (table: Table, shard: string, ...sequences: string[]) =>
  countOnce({
    table,
    shard,
    sums,
    records: sequences.map((sequence) => ({ campaignId, sequence, delta: { verified: 1 } })),
  });
const read = (table: Table) => readCounts({ table, campaignId, sums });
const fold = (table: Table, shard: string, clock = createClock()) =>
  foldShard({ table, campaignId, sums, shard, clock });

describe('readCounts', () => {
  it('sums many shard rows and nothing that only looks like one', async () => {
    const table = await openTable();
    for (let shard = 0; shard < 7; shard++) await count(table, `s${shard}`, '1', '2');
    await table.updateMany([{ put: { PK: 'campaign:a', SK: 'meta:counts-of-yesterday', verified: 99 } }]);
    assert.deepEqual(await read(table), { verified: 14, selected: 0 });
  });

  it('gives the same sum while a shard is folded in the middle of reading', async () => {
    for (const call of ['query', 'get'] as const) {
      const table = await openTable();
      await count(table, 's0', '1', '2');
      await count(table, 's1', '1');
      assert.deepEqual(await read(interruptedBefore(table, call, () => fold(table, 's0'))), {
        verified: 3,
        selected: 0,
      });
    }
    // Between the pages of the query: the shard's row is gone before it is reached, its sum not yet in the base row that was read.
    const table = await openTable();
    await count(table, 's0', '1');
    await fold(table, 's0');
    for (const shard of ['s1', 's2', 's3']) await count(table, shard, '1');
    let pages = 0;
    const paged: Table = {
      ...table,
      query: async (query) => {
        if (++pages === 2) await fold(table, 's3');
        return table.query({ ...query, limit: 2 });
      },
    };
    assert.deepEqual(await read(paged), { verified: 4, selected: 0 });
  });
});

describe('foldShard', () => {
  it('moves a closed shard into the base row without changing the counts', async () => {
    const table = await openTable();
    await count(table, 's0', '1', '2');
    await count(table, 's1', '5');
    assert.equal(await fold(table, 's0'), 'folded');
    assert.equal(await table.get(countsKey(campaignId, 's0')), undefined);
    assert.deepEqual(await read(table), { verified: 3, selected: 0 });
    assert.equal(await fold(table, 's1'), 'folded');
    assert.equal(await fold(table, 's1'), 'absent');
    assert.deepEqual(await read(table), { verified: 3, selected: 0 });
  });

  it('still skips records of a folded shard that are delivered again', async () => {
    const table = await openTable();
    await count(table, 's0', '1', '2');
    await fold(table, 's0');
    assert.deepEqual(await count(table, 's0', '1', '2'), { counted: 0, skipped: 2, failed: [] });
    assert.deepEqual(await read(table), { verified: 2, selected: 0 });
    assert.equal((await count(table, 's1', '1')).counted, 1);
  });

  it('remembers folded shards only as long as their records can come again', async () => {
    const table = await openTable();
    const clock = createClock();
    for (const shard of ['s0', 's1', 's2']) {
      await count(table, shard, '1');
      await fold(table, shard, clock);
      clock.advance(30 * HOUR_MS);
    }
    const base = await table.get(countsKey(campaignId));
    assert.deepEqual(Object.keys(base?.folded ?? {}), ['s1', 's2']);
    assert.equal(base?.verified, 3);
  });

  it('changes nothing when the row moves meanwhile', async () => {
    const table = await openTable();
    await count(table, 's0', '1');
    const raced = interruptedBefore(table, 'transact', () => count(table, 's0', '2'));
    assert.equal(await fold(raced, 's0'), 'contended');
    assert.deepEqual(await read(table), { verified: 2, selected: 0 });
    assert.equal(await fold(table, 's0'), 'folded');
    assert.deepEqual(await read(table), { verified: 2, selected: 0 });
  });

  it('folds once for concurrent callers', async () => {
    const table = await openTable();
    await count(table, 's0', '1');
    await count(table, 's1', '1');
    await Promise.all([fold(table, 's0'), fold(table, 's0', createClock(5)), fold(table, 's1')]);
    while ((await fold(table, 's1')) !== 'absent');
    assert.deepEqual(await read(table), { verified: 2, selected: 0 });
  });

  it('loses and doubles nothing when it dies before or after its effect', async () => {
    for (const moment of EVERY_MOMENT) {
      const table = await openTable();
      await count(table, 's0', '1', '2');
      await assert.rejects(fold(failingOnce(table, 'transact', 1, moment), 's0'), { code: 'unavailable' });
      assert.deepEqual(await read(table), { verified: 2, selected: 0 });
      assert.equal(await fold(table, 's0'), moment === 'before' ? 'folded' : 'absent');
      assert.deepEqual(await read(table), { verified: 2, selected: 0 });
    }
  });
});

describe('repairCounts', () => {
  it('makes the counts those of a recount, once', async () => {
    const table = await openTable();
    await count(table, 's0', '1', '2', '3');
    const repair = () => repairCounts({ table, campaignId, sums, counts: { verified: 1, selected: 4 } });
    assert.deepEqual(await repair(), { verified: -2, selected: 4 });
    assert.deepEqual(await repair(), { verified: 0, selected: 0 });
    assert.deepEqual(await read(table), { verified: 1, selected: 4 });
    await count(table, 's0', '3', '4');
    assert.deepEqual(await read(table), { verified: 2, selected: 4 });
  });

  it('refuses to correct counts that are being folded', async () => {
    const table = await openTable();
    await count(table, 's0', '1');
    const raced = interruptedBefore(table, 'updateMany', () => fold(table, 's0'));
    const repair = repairCounts({ table: raced, campaignId, sums, counts: { verified: 5, selected: 0 } });
    await assert.rejects(repair, { code: 'contended', retryable: true });
    assert.deepEqual(await read(table), { verified: 1, selected: 0 });
  });
});
