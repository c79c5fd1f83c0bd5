import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ActionResult, Item } from '@verifiedfan/ports';
import { createManualClock, createSeededRandom, temporaryDirectory } from '@verifiedfan/test-utils';
import { type LevelTableOptions, openLevelTable } from '../../src/index.ts';
import { createModel } from './model.ts';
import { createDice, isRising, randomAction, readChanges, replay, rowName, scanAll } from './support.ts';

const byName = (items: Iterable<Item>): Map<string, Item> => new Map([...items].map((item) => [rowName(item), item]));

type Setting = Partial<LevelTableOptions> & { seed: string; calls: number; overlapping: number };

/** Runs random calls, `overlapping` at a time, on a table and on the model; both must answer the same. */
const compare = async (
  { seed, calls, overlapping, ...options }: Setting,
  reopen?: () => Partial<LevelTableOptions>,
) => {
  const clock = createManualClock();
  const dice = createDice(createSeededRandom({ seed }));
  const model = createModel();
  const open = () => openLevelTable({ name: 'model', clock, freezeItems: true, ...options, ...reopen?.() });
  let table = open();
  for (let call = 0; call < calls; call += overlapping) {
    const batches = Array.from({ length: overlapping }, () =>
      Array.from({ length: 1 + dice.below(12) }, () => randomAction(dice)),
    );
    const expected: ActionResult[][] = batches.map((batch) => model.apply(batch));
    const actual = await Promise.all(batches.map((batch) => table.updateMany(batch)));
    assert.deepEqual(actual, expected);
    await clock.advance(1_000);
    if (reopen && call % 200 < overlapping) {
      await table.close();
      table = open();
    }
  }
  return { table, model, clock };
};

describe('a table under a random load', () => {
  const settings: Record<string, Setting> = {
    'one call at a time': { seed: 'single', calls: 300, overlapping: 1, memory: true },
    'twenty calls at a time': { seed: 'many', calls: 1_000, overlapping: 20, memory: true },
    'five change shards and no caches': {
      seed: 'shards',
      calls: 600,
      overlapping: 10,
      memory: true,
      changeShards: 5,
      cacheRows: 0,
      tailRecords: 0,
    },
    'caches too small for the rows': {
      seed: 'small',
      calls: 600,
      overlapping: 10,
      memory: true,
      cacheRows: 6,
      tailRecords: 7,
    },
  };
  for (const [name, setting] of Object.entries(settings)) {
    it(`answers like a sequential model: ${name}`, async () => {
      const { table, model } = await compare(setting);
      assert.deepEqual(byName(await scanAll(table)), model.rows);
      const changes = await readChanges(table);
      assert.equal(changes.length, model.changes);
      assert.deepEqual(replay(changes), model.rows);
      await table.close();
    });
  }

  it('answers like a sequential model on disk, closed and opened again in between', async () => {
    using directory = temporaryDirectory();
    const reopen = () => ({ location: directory.join('table') });
    const { table, model } = await compare(
      { seed: 'disk', calls: 1_000, overlapping: 20, writeBufferBytes: 65_536 },
      reopen,
    );
    assert.deepEqual(byName(await scanAll(table)), model.rows);
    const changes = await readChanges(table);
    assert.ok(isRising(changes), 'sequences go on where they stopped');
    assert.deepEqual(replay(changes), model.rows);
    await table.close();
  });

  it('hands out the same from memory and from disk', async () => {
    using directory = temporaryDirectory();
    const { table } = await compare({ seed: 'same', calls: 400, overlapping: 4 }, () => ({
      location: directory.join('table'),
    }));
    await table.updateMany([{ put: { PK: 'z', SK: 'minus zero', n: -0, list: [-0], '10': 1, '9': 2 } }]);
    const warm = { rows: await scanAll(table), changes: await readChanges(table, 50) };
    await table.close();
    const cold = openLevelTable({
      name: 'model',
      clock: createManualClock(),
      location: directory.join('table'),
      tailRecords: 0,
    });
    assert.deepEqual(await scanAll(cold), warm.rows);
    assert.deepEqual(await readChanges(cold, 33), warm.changes);
    // Also the order of attributes, which deepEqual does not see.
    assert.equal(JSON.stringify(await readChanges(cold)), JSON.stringify(warm.changes));
    await cold.close();
  });
});
