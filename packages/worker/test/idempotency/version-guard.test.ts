import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Item, JsonValue } from '@verifiedfan/ports';
import { type GuardedWrite, writeNewer } from '../../src/idempotency/index.ts';
import { EVERY_MOMENT, failingOnce, openTable } from './support/index.ts';

const key = { PK: 'campaign:tour', SK: 'member:m1' };
const row = (scoredAt: number, line: number, content: Record<string, JsonValue> = { score: 0.5 }): Item => ({
  ...key,
  scoredAt,
  line,
  ...content,
});
const version = ['scoredAt', 'line'] as const;
const outcomes = (results: GuardedWrite[]): string[] => results.map(({ outcome }) => outcome);

describe('writeNewer', () => {
  it('creates, updates, moves the version alone, and refuses what is older', async () => {
    const table = await openTable();
    const actions = [row(1, 1), row(2, 1, { score: 0.9 }), row(3, 1, { score: 0.9 }), row(2, 9, { score: 0.1 })].map(
      (put) => ({ put }),
    );
    assert.deepEqual(outcomes(await writeNewer({ table, actions, version })), [
      'created',
      'updated',
      'unchanged',
      'refused',
    ]);
    assert.deepEqual(await table.get(key), row(3, 1, { score: 0.9 }));
  });

  it('compares the parts of a version from the most significant on', async () => {
    const table = await openTable();
    const write = async (put: Item) => outcomes(await writeNewer({ table, actions: [{ put }], version }))[0];
    assert.equal(await write(row(5, 9)), 'created');
    assert.equal(await write(row(5, 10, { score: 1 })), 'updated');
    assert.equal(await write(row(4, 99)), 'refused');
    assert.equal(await write(row(6, 1, { score: 0 })), 'updated');
  });

  it('ends as the newest row for every order of arrival and any repetition', async () => {
    const rows = [row(1, 1, { score: 0.1 }), row(1, 2, { score: 0.2 }), row(2, 1, { score: 0.3 })];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
      [2, 2, 0, 1, 0],
      [1, 1, 2, 2, 1],
    ];
    for (const order of orders) {
      const table = await openTable();
      for (const index of order) await writeNewer({ table, actions: [{ put: rows[index] ?? row(0, 0) }], version });
      assert.deepEqual(await table.get(key), rows[2], order.join());
    }
  });

  it('tells a redelivery from other content under the same version', async () => {
    const table = await openTable();
    const first = { put: row(1, 1, { score: 0.5, writtenAt: 'monday', tags: ['a', { b: 1 }] }) };
    const again = { put: row(1, 1, { writtenAt: 'tuesday', tags: ['a', { b: 1 }], score: 0.5 }) };
    const other = { put: row(1, 1, { score: 0.5, writtenAt: 'monday', tags: ['a', { b: 2 }] }) };
    const ignore = ['writtenAt'];
    const results = await writeNewer({ table, actions: [first, again, other], version, ignore });
    assert.deepEqual(outcomes(results), ['created', 'unchanged', 'refused']);
    assert.deepEqual(results[2], { outcome: 'refused', stored: first.put });
  });

  it('refuses an older version even of the same content', async () => {
    const table = await openTable();
    const actions = [{ put: row(2, 1) }, { put: row(1, 1) }];
    assert.deepEqual(outcomes(await writeNewer({ table, actions, version })), ['created', 'refused']);
  });

  it('counts an attribute that appears or disappears as a change', async () => {
    const table = await openTable();
    const contents = [{ score: 1, verdict: 'none' }, { score: 1 }, { score: 1, rank: 2 }];
    const actions = contents.map((content, index) => ({ put: row(index + 1, 1, content) }));
    assert.deepEqual(outcomes(await writeNewer({ table, actions, version })), ['created', 'updated', 'updated']);
  });

  it('guards updates of some attributes and leaves the others alone', async () => {
    const table = await openTable();
    await table.updateMany([{ put: { ...key, entry: 'kept', old: true } }]);
    const update = (scoredAt: number, score: number, remove: string[] = []) => ({
      update: key,
      set: { scoredAt, line: 1, score },
      remove,
    });
    const actions = [update(1, 0.5), update(2, 0.5), update(3, 0.5, ['old']), update(3, 0.5, ['old']), update(1, 9)];
    const results = await writeNewer({ table, actions, version });
    assert.deepEqual(outcomes(results), ['updated', 'unchanged', 'updated', 'unchanged', 'refused']);
    assert.deepEqual(await table.get(key), { ...key, entry: 'kept', scoredAt: 3, line: 1, score: 0.5 });
  });

  it('gives the same row and a stated answer when a call dies before or after its effect', async () => {
    for (const moment of EVERY_MOMENT) {
      const table = await openTable();
      const actions = [{ put: row(1, 1) }];
      const [failed] = await writeNewer({ table: failingOnce(table, 'updateMany', 1, moment), actions, version });
      assert.equal(failed?.outcome, 'failed');
      const [again] = await writeNewer({ table, actions, version });
      assert.equal(again?.outcome, moment === 'before' ? 'created' : 'unchanged');
      assert.deepEqual(await table.get(key), row(1, 1));
    }
  });

  it('does not let one row over the size limit hold up the others', async () => {
    const table = await openTable();
    const huge = {
      put: { PK: 'campaign:tour', SK: 'member:huge', scoredAt: 1, line: 1, text: 'x'.repeat(410 * 1_024) },
    };
    const results = await writeNewer({ table, actions: [{ put: row(1, 1) }, huge, { put: row(2, 1) }], version });
    assert.deepEqual(outcomes(results), ['created', 'failed', 'unchanged']);
    const failed = results[1];
    assert.ok(failed?.outcome === 'failed' && 'retryable' in failed.error);
    assert.equal(failed.error.retryable, false);
  });

  it('refuses an action without its version', async () => {
    const table = await openTable();
    await assert.rejects(writeNewer({ table, actions: [{ put: { ...key, line: 1 } }], version }), { code: 'misuse' });
    assert.equal(await table.get(key), undefined);
  });
});
