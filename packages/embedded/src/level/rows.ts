import type { ChangeRecord, Item } from '@verifiedfan/ports';
import { parseItem } from './change-codec.ts';
import { damaged } from './errors.ts';
import { type LogMemory, logKey, type ShardState } from './log-state.ts';
import type { Router } from './router.ts';
import type { Row } from './row-cache.ts';
import type { Store, StoreSnapshot } from './store.ts';

export type RowReader = {
  /** The shard that holds all changes of a row. */
  shardOf(rowKey: string): ShardState<ChangeRecord>;
  /** Follows pointers to rows; answers in their order. */
  resolve(view: { store: Store; snapshot: StoreSnapshot }, pointers: readonly Pointer[]): Promise<Row[]>;
  /** Reads durable rows, whatever is pending. */
  read(store: Store, rowKeys: readonly string[]): Promise<Row[]>;
};
/** What is stored under a row's key: the number of the record that holds the row, and the shard of that record if it is not the first. */
export type Pointer = string | undefined;

const NO_ROW: Row = { item: undefined, number: 0 };

export const encodePointer = (shard: ShardState<ChangeRecord>, number: number): string =>
  shard.index === 0 ? String(number) : `${number},${shard.index}`;

/** Reads rows: pointers first, then the change records that hold the items, both in bulk and from one snapshot. */
export const createRowReader = ({
  log,
  router,
  freeze,
}: {
  log: LogMemory<ChangeRecord>;
  router: Router;
  freeze: (item: Item) => Item;
}): RowReader => {
  const { name } = log.shape;
  const shardAt = (index: number): ShardState<ChangeRecord> => {
    const shard = log.shards[index];
    if (!shard) throw damaged(name, 'a row points to a shard that does not exist');
    return shard;
  };
  const locate = (pointer: string): { shard: ShardState<ChangeRecord>; number: number } => {
    const comma = pointer.indexOf(',');
    if (comma === -1) return { shard: shardAt(0), number: Number(pointer) };
    return { shard: shardAt(Number(pointer.slice(comma + 1))), number: Number(pointer.slice(0, comma)) };
  };

  const resolve: RowReader['resolve'] = async ({ store, snapshot }, pointers) => {
    const rows: Row[] = [];
    const wanted: { index: number; number: number; key: string }[] = [];
    pointers.forEach((pointer, index) => {
      rows.push(NO_ROW);
      if (pointer === undefined) return;
      const { shard, number } = locate(pointer);
      const inMemory = shard.tail.get(number)?.newItem;
      if (inMemory) rows[index] = { item: inMemory, number };
      else wanted.push({ index, number, key: logKey(shard.prefix, number) });
    });
    if (wanted.length === 0) return rows;
    const texts = await store.getMany(
      wanted.map(({ key }) => key),
      { snapshot },
    );
    wanted.forEach(({ index, number }, position) => {
      const text = texts[position];
      if (text === undefined) throw damaged(name, 'the record that holds a row is missing');
      rows[index] = { item: freeze(parseItem(text)), number };
    });
    return rows;
  };

  return {
    shardOf: (rowKey) => shardAt(router.route(rowKey)),
    resolve,
    async read(store, rowKeys) {
      if (rowKeys.length === 0) return [];
      const snapshot = store.snapshot();
      try {
        return await resolve({ store, snapshot }, await store.getMany([...rowKeys], { snapshot }));
      } finally {
        await snapshot.close().catch(() => undefined);
      }
    },
  };
};
