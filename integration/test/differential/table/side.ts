import {
  type ActionResult,
  type ChangeRecord,
  type Check,
  type Item,
  PortError,
  type Table,
  type TableAction,
  type TablePage,
} from '@verifiedfan/ports';
import { codeOf, type Side } from '../../../src/index.ts';
import type { TableOperation } from './operations.ts';

const MOST_PAGES = 1_000;
const COUNTER = { PK: 'race', SK: 'counter' };

const plainResult = (result: ActionResult): unknown =>
  result.outcome === 'failed' ? { outcome: 'failed', code: codeOf(result.error) } : result;

/** Everything that the pages hold together; where they are cut is the engine's own choice, unless a limit is broken. */
const gather = async (read: (cursor: string | undefined) => Promise<TablePage>, limit = Infinity): Promise<Item[]> => {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages === 0 || cursor !== undefined; pages += 1) {
    const page = await read(cursor);
    if (page.items.length > limit || pages > MOST_PAGES) throw new RangeError('a page breaks its limit, or never ends');
    items.push(...page.items);
    cursor = page.cursor;
  }
  return items;
};

const byKey = (items: readonly Item[]): Item[] => {
  const nameOf = ({ PK, SK }: Item): string => JSON.stringify([PK, SK]);
  return [...items].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
};

/** An item of exactly so many bytes in names and values. */
const itemOf = ({ PK, SK }: { PK: string; SK: string }, bytes: number): Item => {
  const left = bytes - Buffer.byteLength(`PK${PK}SK${SK}ä`);
  return { PK, SK, ä: 'é'.repeat(left >> 1) + 'e'.repeat(left & 1) };
};

const transact = async (table: Table, actions: readonly (TableAction | Check)[], token: string): Promise<unknown> =>
  table.transact(actions, { token });

/** Whether exactly those transactions were counted that were told to be applied. */
const race = async (table: Table, runners: number, round: number): Promise<unknown> => {
  await table.updateMany([{ put: { ...COUNTER, count: 0 } }]);
  const results = await Promise.all(
    Array.from({ length: runners }, (_, index) =>
      table.transact([{ update: COUNTER, add: { count: 1 } }], { token: `race ${round} ${index}` }).catch((error) => {
        if (error instanceof PortError && error.code === 'conflict') return { outcome: 'refused' as const };
        throw error;
      }),
    ),
  );
  const applied = results.filter(({ outcome }) => outcome === 'applied').length;
  const row = await table.get(COUNTER);
  await table.updateMany([{ delete: COUNTER }]);
  return { someApplied: applied > 0, counted: row?.count === applied };
};

/** The changes of every row, in their order; sequences, times and shards are each engine's own. */
const changesByRow = async (table: Table): Promise<unknown> => {
  const rows = new Map<string, unknown[]>();
  const note = ({ eventName, keys, oldItem, newItem }: ChangeRecord): void => {
    const name = JSON.stringify([keys.PK, keys.SK]);
    const known = rows.get(name);
    const change = [eventName, oldItem, newItem];
    if (known) known.push(change);
    else rows.set(name, [change]);
  };
  for (const { id: shard } of await table.changes.shards()) {
    let after: string | undefined;
    for (;;) {
      const { records, scanned, last } = await table.changes.read({ shard, after, limit: 1_000 });
      records.forEach(note);
      if (scanned === 0) break;
      after = last;
    }
  }
  // How many of the racing transactions were applied is chance.
  rows.delete(JSON.stringify([COUNTER.PK, COUNTER.SK]));
  return Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
};

export const tableSide = (table: Table, close: () => Promise<void>): Side<TableOperation> => {
  let races = 0;
  return {
    close,
    async play(operation) {
      if ('updateMany' in operation) return (await table.updateMany(operation.updateMany)).map(plainResult);
      if ('transact' in operation) return transact(table, operation.transact, operation.token);
      if ('getMany' in operation) return table.getMany(operation.getMany);
      if ('query' in operation) {
        const { query } = operation;
        return gather((cursor) => table.query({ ...query, ...(cursor !== undefined && { cursor }) }), query.limit);
      }
      if ('scan' in operation) {
        const { scan } = operation;
        return byKey(
          await gather((cursor) => table.scan({ ...scan, ...(cursor !== undefined && { cursor }) }), scan.limit),
        );
      }
      if ('putBytes' in operation) {
        const { key, bytes } = operation.putBytes;
        return (await table.updateMany([{ put: itemOf(key, bytes) }])).map(plainResult);
      }
      races += 1;
      return race(table, operation.race, races);
    },
    async settle() {
      const rows = byKey(await gather((cursor) => table.scan(cursor === undefined ? {} : { cursor })));
      return { rows, changes: await changesByRow(table) };
    },
  };
};
