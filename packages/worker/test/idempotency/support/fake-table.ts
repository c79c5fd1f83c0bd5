import { isDeepStrictEqual } from 'node:util';
import {
  type ActionResult,
  type ChangeStream,
  type Check,
  type Condition,
  type Item,
  type JsonValue,
  type Key,
  PortError,
  type Scalar,
  type Table,
  type TableAction,
  type TableQuery,
} from '@verifiedfan/ports';

const nameOf = ({ PK, SK }: Key): string => JSON.stringify([PK, SK]);
const compare = (a: JsonValue | undefined, b: Scalar): number | undefined => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a === b ? 0 : undefined;
};
const ordered = (
  item: Item | undefined,
  [name, value]: readonly [string, Scalar],
  holds: (order: number) => boolean,
) => {
  const order = compare(item?.[name], value);
  return order !== undefined && holds(order);
};

const meets = (item: Item | undefined, condition: Condition): boolean => {
  if ('all' in condition) return condition.all.every((part) => meets(item, part));
  if ('any' in condition) return condition.any.some((part) => meets(item, part));
  if ('exists' in condition) return item?.[condition.exists] !== undefined;
  if ('absent' in condition) return item?.[condition.absent] === undefined;
  if ('equals' in condition) return ordered(item, condition.equals, (order) => order === 0);
  if ('less' in condition) return ordered(item, condition.less, (order) => order < 0);
  if ('lessOrEqual' in condition) return ordered(item, condition.lessOrEqual, (order) => order <= 0);
  throw new Error(`the fake does not know ${Object.keys(condition)}`);
};

const changed = (old: Item | undefined, action: TableAction): Item | undefined => {
  if ('put' in action) return structuredClone(action.put);
  if ('delete' in action) return undefined;
  const item: Item = { ...(old ?? action.update), ...structuredClone(action.set ?? {}) };
  for (const [name, value] of Object.entries(action.setIfAbsent ?? {})) item[name] ??= value;
  for (const [name, value] of Object.entries(action.add ?? {})) item[name] = Number(item[name] ?? 0) + value;
  for (const name of action.remove ?? []) delete item[name];
  return item;
};
const keyOf = (action: TableAction | Check): Key =>
  'put' in action ? action.put : 'update' in action ? action.update : 'delete' in action ? action.delete : action.check;

const noChanges = (): never => {
  throw new Error('the fake has no change stream');
};

/** A table in memory that keeps the promises of the port that these tests lean on. */
export const createFakeTable = (): Table => {
  const rows = new Map<string, Item>();
  const tokens = new Map<string, string>();
  const find = (key: Key): Item | undefined => structuredClone(rows.get(nameOf(key)));
  const store = (key: Key, item: Item | undefined): void => {
    if (item === undefined) rows.delete(nameOf(key));
    else rows.set(nameOf(key), item);
  };
  const write = (action: TableAction): ActionResult => {
    const old = find(keyOf(action));
    if (action.condition !== undefined && !meets(old, action.condition)) return { outcome: 'refused', item: old };
    const item = changed(old, action);
    store(keyOf(action), item);
    return { outcome: 'applied', changed: !isDeepStrictEqual(old, item), old };
  };
  const query = ({ PK, SK = { beginsWith: '' }, limit = 1_000, cursor = '' }: TableQuery): Item[] =>
    [...rows.values()]
      .filter((item) => item.PK === PK && item.SK > cursor)
      .filter((item) =>
        'beginsWith' in SK ? item.SK.startsWith(SK.beginsWith) : 'greater' in SK && item.SK > SK.greater,
      )
      .sort((a, b) => (a.SK < b.SK ? -1 : 1))
      .slice(0, limit)
      .map((item) => structuredClone(item));
  return {
    name: 'fake',
    changes: {
      shards: noChanges,
      read: noChanges,
      latest: noChanges,
      waitForRecords: noChanges,
    } satisfies ChangeStream,
    get: async (key) => find(key),
    getMany: async (keys) => keys.map(find),
    // Small pages, so that nobody forgets the cursor.
    async query(options) {
      const items = query({ ...options, limit: Math.min(options.limit ?? 2, 2) });
      const last = items.at(-1);
      return items.length < 2 || last === undefined ? { items } : { items, cursor: last.SK };
    },
    scan: async () => ({ items: [...rows.values()].map((item) => structuredClone(item)) }),
    async updateMany(actions) {
      if (actions.some((action) => JSON.stringify(action).length > 400 * 1_024)) {
        throw new PortError({ code: 'too_large', message: 'an item is over 400 KB' });
      }
      return actions.map(write);
    },
    async transact(actions, { token }) {
      const text = JSON.stringify(actions);
      const before = tokens.get(token);
      if (before === text) return { outcome: 'applied' };
      if (before !== undefined) throw new PortError({ code: 'token_mismatch', message: 'other actions' });
      if (new Set(actions.map((action) => nameOf(keyOf(action)))).size < actions.length || token.length > 36) {
        throw new PortError({ code: 'validation', message: 'a row twice, or a long token' });
      }
      const reasons = actions.map((action) =>
        action.condition === undefined || meets(find(keyOf(action)), action.condition) ? null : ('condition' as const),
      );
      if (reasons.some((reason) => reason !== null)) return { outcome: 'refused', reasons };
      for (const action of actions) if (!('check' in action)) write(action);
      tokens.set(token, text);
      return { outcome: 'applied' };
    },
  };
};
