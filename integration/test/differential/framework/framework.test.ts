import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock, openLevelTable } from '@verifiedfan/embedded';
import type { Table, TableAction } from '@verifiedfan/ports';
import { compareDrivers, createDice, differential, type KnownDifference, type Pair } from '../../../src/index.ts';
import { type TableOperation, tableOperations } from '../table/operations.ts';
import { tableSide } from '../table/side.ts';

const openTable = () =>
  openLevelTable({ name: 'demandTable', memory: true, clock: createManualClock(), changeShards: 3 });

/** Sets also what is there already. */
const wrongAction = (action: TableAction): TableAction => {
  if (!('update' in action) || action.setIfAbsent === undefined) return action;
  const { setIfAbsent, ...others } = action;
  return { ...others, set: { ...setIfAbsent, ...others.set } };
};

/** Two embedded tables, of which one may be made wrong. Both stand in for what a test of a port opens. */
const openPair = (spoil: (table: Table) => Table) => async (): Promise<Pair<TableOperation>> => {
  const [right, wrong] = [openTable(), openTable()];
  return { embedded: tableSide(spoil(wrong), wrong.close), server: tableSide(right, right.close) };
};
const open = openPair((table) => ({
  ...table,
  updateMany: (actions) => table.updateMany(actions.map(wrongAction)),
}));
const same = openPair((table) => table);

const sequence = (seed: number, operations: number): TableOperation[] => {
  const next = tableOperations(createDice(seed));
  return Array.from({ length: operations }, next);
};

const failureOf = async (test: Promise<void>): Promise<string> => {
  try {
    await test;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return assert.fail('nothing was found');
};

const smallestOf = (message: string): TableOperation[] =>
  JSON.parse(/smallest sequence found, \d+ operations: (.*)$/m.exec(message)?.[1] ?? '[]') as TableOperation[];

/** Names of registered tests, which are not run. */
const namesOf = (register: (it: (name: string, test: () => Promise<void>) => void) => void): string[] => {
  const names: string[] = [];
  register((name) => names.push(name));
  return names;
};

describe('the differential test', () => {
  it('finds a wrong driver, and shrinks hundreds of operations to the few that show it', async () => {
    const message = await failureOf(compareDrivers(sequence(1, 400), { open }));
    const smallest = smallestOf(message);
    assert.ok(smallest.length >= 1 && smallest.length <= 2, message);
    assert.match(JSON.stringify(smallest), /setIfAbsent/);
    assert.match(message, /embedded: .*[\s\S]*server: /);
    // What it prints is what one plays again.
    assert.equal(smallestOf(await failureOf(compareDrivers(smallest, { open }))).length, smallest.length);
  });

  it('finds nothing between two that are the same', async () => {
    await compareDrivers(sequence(1, 400), { open: same });
  });

  it('finds an error that is none of the port, even where both have it', async () => {
    const broken = async (): Promise<never> => {
      throw new TypeError('a mistake of the program');
    };
    const sides = async (): Promise<Pair<TableOperation>> => {
      const side = { play: broken, settle: broken, close: async () => {} };
      return { embedded: side, server: side };
    };
    assert.match(await failureOf(compareDrivers(sequence(1, 3), { open: sides })), /a mistake of the program/);
  });

  it('finds what differs only in the end, such as a change that was not told', async () => {
    const deaf = openPair((table) => ({ ...table, changes: { ...table.changes, shards: async () => [] } }));
    const message = await failureOf(compareDrivers(sequence(1, 100), { open: deaf }));
    assert.match(message, /differs in what is left at the end/);
    assert.equal(smallestOf(message).length, 1);
  });

  it('tolerates exactly what is known, and tells when that is gone', async () => {
    const [example] = [smallestOf(await failureOf(compareDrivers(sequence(1, 400), { open })))];
    const known: KnownDifference<TableOperation> = { name: 'a fault', evidence: 'ours', example, covers: () => true };
    await compareDrivers(example, { open, known: [known] });
    await assert.rejects(compareDrivers(example, { open, known: [{ ...known, covers: () => false }] }));
    const tests: (() => Promise<void>)[] = [];
    differential({
      it: (_name, test) => tests.push(test),
      ...{ title: 'a table', generator: tableOperations, operations: 1, seeds: [], known: [known] },
      open: same,
    });
    await assert.rejects(async () => tests[0]?.(), /take it off the list/);
  });

  it('names every test with its size and its seed, and makes the same operations of the same seed', () => {
    const names = namesOf((register) =>
      differential({
        it: register,
        ...{ title: 'a table', generator: tableOperations, open: same, operations: 10, seeds: [1, 2] },
        regressions: { 'what differed once': [] },
      }),
    );
    assert.deepEqual(names, [
      'a table again: what differed once',
      'a table: 10 operations, seed 1',
      'a table: 10 operations, seed 2',
    ]);
    assert.deepEqual(sequence(7, 50), sequence(7, 50));
    assert.notDeepEqual(sequence(7, 50), sequence(8, 50));
  });
});
