import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Item } from '@verifiedfan/ports';
import { createOnce, deadLetterId, eventId } from '../../src/idempotency/index.ts';
import { EVERY_MOMENT, failingOnce, openTable } from './support/index.ts';

const row = (SK: string, content: Record<string, string> = {}): Item => ({ PK: 'sale:1', SK, ...content });

describe('createOnce', () => {
  it('creates what is not there and compares what is', async () => {
    const table = await openTable();
    await createOnce({ table, items: [row('a', { text: 'x', at: 'monday' })] });
    const items = [row('a', { text: 'x', at: 'tuesday' }), row('a', { text: 'y' }), row('b')];
    const stored = row('a', { text: 'x', at: 'monday' });
    assert.deepEqual(await createOnce({ table, items, ignore: ['at'] }), [
      { outcome: 'existed', same: true, item: stored },
      { outcome: 'existed', same: false, item: stored },
      { outcome: 'created' },
    ]);
    assert.deepEqual(await table.get(stored), stored);
  });

  it('creates one row for concurrent callers and repetitions inside a batch', async () => {
    const table = await openTable();
    const items = [row('a'), row('a')];
    const results = (await Promise.all([createOnce({ table, items }), createOnce({ table, items })])).flat();
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['created', 'existed', 'existed', 'existed']);
  });

  it('finds its own row when the answer to the first attempt was lost', async () => {
    for (const moment of EVERY_MOMENT) {
      const table = await openTable();
      const items = [row('a', { text: 'x' })];
      const [failed] = await createOnce({ table: failingOnce(table, 'updateMany', 1, moment), items });
      assert.equal(failed?.outcome, 'failed');
      const [again] = await createOnce({ table, items });
      const expected =
        moment === 'before' ? { outcome: 'created' } : { outcome: 'existed', same: true, item: items[0] };
      assert.deepEqual(again, expected);
    }
  });
});

describe('deterministic ids', () => {
  it('depend on all their parts, keep them apart and have 32 hexadecimal digits', () => {
    const ids = [
      eventId('a', 1),
      eventId('a', 2),
      eventId('b', 1),
      eventId(['a', 'b'], 1),
      eventId(['ab'], 1),
      deadLetterId({ worker: 'w', position: 'p' }),
      deadLetterId({ worker: 'w', position: 'q' }),
      deadLetterId({ worker: 'v', position: 'p' }),
    ];
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
  });

  it('stay what they were, because receivers remember them', () => {
    assert.equal(eventId(['campaign', 'tour'], 7), eventId(['campaign', 'tour'], '7'));
    assert.equal(eventId(['campaign', 'tour'], 7), '023b1451c091e977b5ea41d620977a97');
    assert.equal(deadLetterId({ worker: 'loadScores', position: 's/0/1' }), '9d57257f71111fd1a10d2460370c6a21');
  });
});
