import type { ChangeHeader, ChangeRecord, ChangeStream, Item, Key, Table } from '@verifiedfan/ports';
import { assertKey, prepareTransaction, prepareUpdates } from '@verifiedfan/ports/table-rules';
import { superseded } from './change-codec.ts';
import { createChangeDecoder } from './change-read.ts';
import { toPortError } from './errors.ts';
import { createEvaluator, type TableState } from './evaluate.ts';
import { deepFreeze } from './json.ts';
import { assertCount, assertOptions, createLogEngine, LOG_OPTION_NAMES, type LogOptions } from './log-engine.ts';
import { logKey } from './log-state.ts';
import type { Expire } from './log-trim.ts';
import { planQuery, planScan } from './query.ts';
import { createRouter, shardId } from './router.ts';
import { createRowCache } from './row-cache.ts';
import { rowKey } from './row-key.ts';
import { createRowReader } from './rows.ts';
import { longSequences } from './sequence.ts';
import type { Store } from './store.ts';
import { createLook } from './table-look.ts';
import { createTableWriter } from './table-writer.ts';
import { digestOf } from './tokens.ts';

export type LevelTableOptions = LogOptions & {
  /** Shards of the change stream; fixed once the first row was written. 1 to 999. @default 1 */
  changeShards?: number | undefined;
  /** Rows kept in memory because they were written lately. @default 10_000 */
  cacheRows?: number | undefined;
  /** Freeze all items, so that code which changes a shared item fails at once. Costs time. @default true with `memory` */
  freezeItems?: boolean | undefined;
};

/** A table that is closed by its owner, with what tools need. */
export type LevelTable = Table & {
  /** Opens the directory now instead of on first use, to learn early that it is locked or not writable. */
  ready(): Promise<void>;
  /** Forgets changes older than the retention; resolves with their number. Rows stay. Happens by itself behind writes. */
  trim(): Promise<number>;
  /** Waits for writes that were begun, then closes. Later calls are `closed`. */
  close(): Promise<void>;
};

/** Twice what a stream gets: pointers have random keys, and the more of them are sorted in memory, the less is sorted again on disk. */
const WRITE_BUFFER_BYTES = 33_554_432;

/** A record that left the stream still holds its row, unless it removed it; what goes is the record that it superseded. */
const expire: Expire<ChangeRecord> = ({ text, number, shard }) => {
  const { previous, isRemove } = superseded(text);
  const keys = previous === undefined ? [] : [logKey(shard.prefix, previous)];
  return isRemove ? [...keys, logKey(shard.prefix, number)] : keys;
};

const keysOf = (keys: readonly Key[]): string[] =>
  keys.map((key) => {
    assertKey(key);
    return rowKey(key);
  });

/**
 * A table in a LevelDB directory of its own, opened on first use. A row is stored as the change record that wrote it; under its random key
 * there is only the record's number, so LevelDB's compactions move numbers around and not items. Items handed in and handed out are shared
 * with later readers: never change them. Writes survive the death of the process once their call has resolved; when the store
 * fails, the whole call rejects with a PortError and its outcome is unknown, but no row is ever without its change record.
 */
export const openLevelTable = (options: LevelTableOptions): LevelTable => {
  assertOptions(options, [...LOG_OPTION_NAMES, 'changeShards', 'cacheRows', 'freezeItems']);
  const { name, clock, changeShards = 1, cacheRows = 10_000, freezeItems = options.memory ?? false } = options;
  assertCount('changeShards', changeShards, 999);
  const freeze = freezeItems ? deepFreeze<Item> : (item: Item) => item;
  const cache = createRowCache(cacheRows);
  const shardIds = Array.from({ length: changeShards }, (_, index) => shardId(index));
  const engine = createLogEngine<ChangeRecord, ChangeHeader, TableState>({
    options: { ...options, writeBufferBytes: options.writeBufferBytes ?? WRITE_BUFFER_BYTES },
    shape: { kind: 'table', shardIds, sequences: longSequences },
    decode: createChangeDecoder({ name, freeze }),
    expire,
    newState: () => ({ appended: [], rows: new Map(), tokens: new Map() }),
    onDurable({ rows }) {
      for (const [key, row] of rows) cache.set(key, row);
    },
    onReset: cache.clear,
  });
  const { log, writer, reader, trimmer, enter } = engine;
  const rows = createRowReader({ log, router: createRouter(changeShards), freeze });
  const evaluator = createEvaluator({ log, rows, freeze });
  const look = createLook({ writer, reader: rows, cache });
  const tableWriter = createTableWriter({ name, enter, writer, look, evaluator, clock });
  const changes: ChangeStream = { ...reader, shards: async () => shardIds.map((id) => ({ id })) };

  const reading = async <Result>(read: (store: Store) => Promise<Result>): Promise<Result> => {
    const store = await engine.store();
    try {
      return await read(store);
    } catch (error) {
      throw toPortError(error, name);
    }
  };
  const getMany = (keys: readonly Key[]): Promise<(Item | undefined)[]> => {
    const wanted = keysOf(keys);
    return reading(async (store) => {
      const found = wanted.map((key) => cache.get(key));
      const read = await rows.read(
        store,
        wanted.filter((_, index) => !found[index]),
      );
      let next = 0;
      return found.map((row) => (row ?? read[next++])?.item);
    });
  };

  return {
    name,
    changes,
    getMany: async (keys) => getMany(keys),
    async get(key) {
      const [item] = await getMany([key]);
      return item;
    },
    async query(query) {
      const page = planQuery(query);
      return reading((store) => page({ store, rows }));
    },
    async scan(scanOptions = {}) {
      const page = planScan(scanOptions);
      return reading((store) => page({ store, rows }));
    },
    async updateMany(actions) {
      engine.assertOpen();
      const prepared = prepareUpdates(actions, rowKey);
      return prepared.length === 0 ? [] : tableWriter.update(prepared);
    },
    async transact(actions, { token }) {
      engine.assertOpen();
      const prepared = prepareTransaction(actions, { token, rowKeyOf: rowKey });
      return tableWriter.transact({ token, digest: digestOf(actions), actions: prepared });
    },
    async ready() {
      await engine.store();
    },
    trim: trimmer.trim,
    close: () => engine.close(tableWriter.idle),
  };
};
