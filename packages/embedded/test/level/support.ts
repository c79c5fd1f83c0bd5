import {
  type ChangeRecord,
  compareSequences,
  type Item,
  type JsonValue,
  type Table,
  type TableAction,
} from '@verifiedfan/ports';
import { createStore } from '../../src/level/database.ts';
import type { Store } from '../../src/level/store.ts';

/** Every change that is kept, in pages, per shard. */
export const readChanges = async ({ changes }: Pick<Table, 'changes'>, limit = 100): Promise<ChangeRecord[]> => {
  const records: ChangeRecord[] = [];
  for (const { id: shard } of await changes.shards()) {
    let after: string | undefined;
    for (;;) {
      const page = await changes.read({ shard, after, limit });
      if (page.scanned === 0) break;
      records.push(...page.records);
      after = page.last;
    }
  }
  return records;
};

export const scanAll = async (table: Table): Promise<Item[]> => {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.scan({ limit: 100, ...(cursor !== undefined && { cursor }) });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
};

export const rowName = ({ PK, SK }: { PK: string; SK: string }): string => `${PK}/${SK}`;

/** What the rows must be when these changes, complete from the beginning, are applied in order. Fails on an old image that is wrong. */
export const replay = (records: readonly ChangeRecord[]): Map<string, Item> => {
  const rows = new Map<string, Item>();
  for (const record of records) {
    const name = rowName(record.keys);
    const before = rows.get(name);
    if (JSON.stringify(before) !== JSON.stringify(record.oldItem))
      throw new Error(`the old image of ${record.sequence} is wrong`);
    if (record.newItem) rows.set(name, record.newItem);
    else rows.delete(name);
  }
  return rows;
};

export const isRising = (records: readonly { sequence: string }[]): boolean =>
  records.every(
    ({ sequence }, index) => index === 0 || compareSequences(records[index - 1]?.sequence ?? '', sequence) < 0,
  );

/** A store whose next writes can be made to fail, after having been written or not: both happens when a disk is full. */
export const createFailingStore = (options: { memory: true } | { location: string }) => {
  let failing: { error: Error; afterWriting: boolean } | undefined;
  return {
    fail(error: Error, { afterWriting = false } = {}) {
      failing = { error, afterWriting };
    },
    heal() {
      failing = undefined;
    },
    async createStore(): Promise<Store> {
      const store = await createStore(options);
      const batch = store.batch.bind(store);
      store.batch = () => {
        const made = batch();
        const write = made.write.bind(made);
        made.write = async (writeOptions) => {
          const fault = failing;
          if (fault && !fault.afterWriting) throw fault.error;
          await write(writeOptions);
          if (fault) throw fault.error;
        };
        return made;
      };
      return store;
    },
  };
};

/** What LevelDB says on a full disk. */
export const diskFull = (): Error =>
  Object.assign(new Error('IO error: /data/000005.log: No space left on device'), { code: 'LEVEL_IO_ERROR' });

/** A pseudo-random source that is the same on every machine. */
export type Dice = { below(limit: number): number; pick<Value>(values: readonly Value[]): Value };
export const createDice = (random: { next(): number }): Dice => {
  const below = (limit: number): number => Math.floor(random.next() * limit);
  return {
    below,
    pick: <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value,
  };
};

/** One random action on one of few rows, so that rows collide often; values are small, so that writes often change nothing. */
export const randomAction = (dice: Dice): TableAction => {
  const key = { PK: `p${dice.below(4)}`, SK: `s${dice.below(10)}` };
  const value = (): JsonValue => dice.pick([0, 1, 'text', null, [1, { a: true }], { b: 'ü' }]);
  const condition = dice.pick([
    undefined,
    undefined,
    { absent: 'PK' },
    { exists: 'PK' },
    { less: ['n', 3] as const },
    { equals: ['v', 1] as const },
  ]);
  const guarded = condition ? { condition } : {};
  switch (dice.below(5)) {
    case 0:
      return { put: { ...key, n: dice.below(3), v: value() }, ...guarded };
    case 1:
      return { update: key, set: { v: value() }, add: { n: dice.below(2) }, ...guarded };
    case 2:
      return { update: key, setIfAbsent: { v: value() }, remove: ['n'], ...guarded };
    case 3:
      return { update: key, add: { n: 1 }, ...guarded };
    default:
      return { delete: key, ...guarded };
  }
};
