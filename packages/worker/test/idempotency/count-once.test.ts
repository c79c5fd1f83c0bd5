import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Table } from '@verifiedfan/ports';
import { type CountOnceResult, countOnce, countsKey, readCounts } from '../../src/idempotency/index.ts';
import { EVERY_MOMENT, type FaultyCall, failingOnce, interruptedBefore, openTable } from './support/index.ts';

const sums = ['verified', 'selected'] as const;
type Counted = { campaignId: string; sequence: string; delta: { verified?: number; selected?: number } };
const record = (campaignId: string, sequence: string, verified = 1, selected = 0): Counted => ({
  campaignId,
  sequence,
  delta: { verified, selected },
});

const count = (table: Table, records: Counted[], shard = 's0'): Promise<CountOnceResult<Counted>> =>
  countOnce({ table, shard, sums, records });
const verified = async (table: Table, campaignId: string): Promise<number> =>
  (await readCounts({ table, campaignId, sums })).verified;

describe('countOnce', () => {
  it('adds what records add, campaign by campaign, and reads as their sum', async () => {
    const table = await openTable();
    const result = await count(table, [
      record('a', '1', 1, 1),
      record('b', '2'),
      record('a', '3', -1),
      record('a', '4'),
    ]);
    assert.deepEqual(result, { counted: 4, skipped: 0, failed: [] });
    assert.deepEqual(await readCounts({ table, campaignId: 'a', sums }), { verified: 1, selected: 1 });
    assert.deepEqual(await readCounts({ table, campaignId: 'b', sums }), { verified: 1, selected: 0 });
    assert.deepEqual(await readCounts({ table, campaignId: 'none', sums }), { verified: 0, selected: 0 });
    const row = { ...countsKey('a', 's0'), verified: 1, selected: 1, sequence: '4' };
    assert.deepEqual(await table.get(countsKey('a', 's0')), row);
  });

  it('skips what it has counted, however batches are cut and repeated', async () => {
    const table = await openTable();
    const records = ['1', '2', '3', '4', '5'].map((sequence) => record('a', sequence));
    const cuts = [
      [0, 3],
      [0, 3],
      [1, 2],
      [2, 5],
      [0, 5],
      [4, 5],
    ] as const;
    const results: CountOnceResult<Counted>[] = [];
    for (const [from, to] of cuts) results.push(await count(table, records.slice(from, to)));
    assert.deepEqual(
      results.map(({ counted, skipped }) => [counted, skipped]),
      [
        [3, 0],
        [0, 3],
        [0, 1],
        [2, 1],
        [0, 5],
        [0, 1],
      ],
    );
    assert.equal(await verified(table, 'a'), 5);
  });

  it('compares sequences as integers of any length', async () => {
    const table = await openTable();
    const long = '49670000000000000000000000000000000000000000000000000001';
    await count(table, [record('a', '9')]);
    assert.equal((await count(table, [record('a', '10')])).counted, 1);
    assert.equal((await count(table, [record('a', long)])).counted, 1);
    assert.equal((await count(table, [record('a', '9'), record('a', '999')])).skipped, 2);
    assert.equal(await verified(table, 'a'), 3);
  });

  it('does not mind the order and repetitions inside a batch', async () => {
    const table = await openTable();
    const result = await count(table, [record('a', '10', 5), record('a', '9', 2), record('a', '10', 5)]);
    assert.deepEqual(result, { counted: 2, skipped: 1, failed: [] });
    assert.equal(await verified(table, 'a'), 7);
  });

  it('keeps shards apart, whose sequences have no order between them', async () => {
    const table = await openTable();
    await count(table, [record('a', '100')], 's0');
    assert.equal((await count(table, [record('a', '7')], 's1')).counted, 1);
    assert.equal(await verified(table, 'a'), 2);
  });

  it('writes nothing for records that add nothing', async () => {
    const table = await openTable();
    assert.deepEqual(await count(table, [record('a', '1', 0)]), { counted: 1, skipped: 0, failed: [] });
    assert.equal(await table.get(countsKey('a', 's0')), undefined);
    // A batch that is 0 in sum still moves the watermark: cut differently, its records would not be 0.
    await count(table, [record('a', '2', 1), record('a', '3', -1)]);
    assert.equal((await count(table, [record('a', '2', 1)])).skipped, 1);
    assert.equal(await verified(table, 'a'), 0);
  });

  it('reports all records of a batch whose call died, and counts them once when they come again', async () => {
    const calls: FaultyCall[] = ['getMany', 'updateMany'];
    for (const call of calls) {
      for (const moment of EVERY_MOMENT) {
        const table = await openTable();
        const records = [record('a', '1'), record('b', '2'), record('a', '3')];
        const { failed } = await count(failingOnce(table, call, 1, moment), records);
        assert.deepEqual(new Set(failed.map((failure) => failure.record)), new Set(records));
        assert.ok(failed.every(({ error }) => 'retryable' in error && error.retryable === true));
        const again = await count(table, records);
        assert.equal(again.counted, call === 'updateMany' && moment === 'after' ? 0 : 3);
        assert.deepEqual([await verified(table, 'a'), await verified(table, 'b')], [2, 1]);
      }
    }
  });

  it('reports only the records of the campaign whose row could not be written', async () => {
    const table = await openTable();
    const broken: Table = {
      ...table,
      async updateMany(actions) {
        const results = await table.updateMany(actions.slice(1));
        return [{ outcome: 'failed', error: new Error('throttled') }, ...results];
      },
    };
    const records = [record('a', '1'), record('b', '2'), record('a', '3')];
    const result = await count(broken, records);
    assert.deepEqual(
      result.failed.map((failure) => failure.record),
      [records[0], records[2]],
    );
    assert.equal(result.counted, 1);
    await count(table, records);
    assert.deepEqual([await verified(table, 'a'), await verified(table, 'b')], [2, 1]);
  });

  it('computes anew when another delivery moved the row between reading and writing', async () => {
    const table = await openTable();
    const records = ['1', '2', '3'].map((sequence) => record('a', sequence));
    const raced = interruptedBefore(table, 'updateMany', () => count(table, records.slice(0, 2)));
    assert.deepEqual(await count(raced, records), { counted: 1, skipped: 2, failed: [] });
    assert.equal(await verified(table, 'a'), 3);
  });

  it('gives up on a row that keeps moving, so that the records come again later', async () => {
    const table = await openTable();
    let sequence = 1;
    const restless: Table = {
      ...table,
      async updateMany(actions) {
        await table.updateMany([{ update: countsKey('a', 's0'), set: { sequence: String(sequence++), verified: 0 } }]);
        return table.updateMany(actions);
      },
    };
    const { failed } = await count(restless, [record('a', '1000')]);
    assert.deepEqual(
      failed.map(({ error }) => 'code' in error && error.code),
      ['contended'],
    );
    assert.equal(await verified(table, 'a'), 0);
  });

  it('counts once for concurrent deliveries of the same and of overlapping batches', async () => {
    const table = await openTable();
    const records = Array.from({ length: 40 }, (_, index) => record(`c${index % 3}`, String(index + 1)));
    const results = await Promise.all([
      count(table, records),
      count(table, records.slice(0, 25)),
      count(table, records),
    ]);
    assert.equal(
      results.reduce((total, { counted }) => total + counted, 0),
      40,
    );
    const totals = await Promise.all(['c0', 'c1', 'c2'].map((campaignId) => verified(table, campaignId)));
    assert.deepEqual(totals, [14, 13, 13]);
  });
});
