import { invalid } from '@verifiedfan/ports/table-rules';
import { damaged } from './errors.ts';
import { fixedWidth, fromFixedWidth, type SequenceFormat } from './sequence.ts';
import type { Store } from './store.ts';
import { createTail, type Tail } from './tail.ts';
import { createWaiters, type Waiters } from './waiters.ts';
import type { Group } from './writer.ts';

/** One shard as this process knows it. Numbers between `first` and `last` are all there, without gaps. */
export type ShardState<Entry> = {
  readonly index: number;
  readonly id: string;
  /** What the keys of its records begin with. */
  readonly prefix: string;
  /** Oldest record that readers may see. */
  first: number;
  /** Newest durable record; `first - 1` when there is none. */
  last: number;
  /** Number of the next record to be written; runs ahead of `last` by what is not durable yet. */
  next: number;
  /** Time of the newest record, so that a clock that steps back does not make time in the log step back. */
  lastAtMs: number;
  readonly tail: Tail<Entry>;
  readonly waiters: Waiters;
};

/** What a group of writes adds to the log. */
export type LogState<Entry> = { readonly appended: { shard: ShardState<Entry>; entry: Entry; bytes: number }[] };

export type LogShape = {
  name: string;
  /** What kind of resource this is; a directory of one kind is never opened as another. */
  kind: 'table' | 'stream' | 'topic';
  shardIds: readonly string[];
  sequences: SequenceFormat;
  tailRecords: number;
  tailBytes: number;
};

export type LogMemory<Entry> = {
  readonly shape: LogShape;
  readonly shards: readonly ShardState<Entry>[];
  load(store: Store): Promise<void>;
  /** Takes the next number of a shard. `text` begins with one letter, the time and a comma. */
  append(options: {
    group: Group<LogState<Entry>>;
    shard: ShardState<Entry>;
    entry: Entry;
    text: string;
    bytes: number;
  }): void;
  durable(state: LogState<Entry>): void;
  failed(): void;
};

export const logKey = (prefix: string, number: number): string => prefix + fixedWidth(number);
export const horizonKey = (index: number): string => `h${String(index).padStart(3, '0')}`;
const META_KEY = 'm';
const FORMAT = 1;

export const bytesOf = (text: string): Uint8Array => Buffer.from(text);

const lastNumber = async (store: Store, prefix: string): Promise<number | undefined> => {
  const range = { gte: bytesOf(prefix), lt: bytesOf(`${prefix}:`), reverse: true, limit: 1 } as const; // ':' follows '9'
  const keys = store.keys({ ...range, keyEncoding: 'view' });
  try {
    const [key] = await keys.nextv(1);
    return key === undefined ? undefined : fromFixedWidth(Buffer.from(key).toString().slice(prefix.length));
  } finally {
    await keys.close();
  }
};

const assertShape = ({ name, kind, shardIds }: LogShape, meta: string): void => {
  const [format, storedKind, shards] = meta.split(',');
  if (Number(format) !== FORMAT)
    throw damaged(name, `its directory has format ${format}, this version reads ${FORMAT}`);
  if (storedKind !== kind) throw invalid(`${name}: the directory holds a ${storedKind}, not a ${kind}`);
  // With another number of shards the records of one key would be spread over two shards and lose their order.
  if (Number(shards) !== shardIds.length)
    throw invalid(`${name}: made with ${shards} shards, opened with ${shardIds.length}`);
};

/** What the process remembers of a log; every append and every answer about the end of the log comes from here. */
export const createLogMemory = <Entry>(shape: LogShape): LogMemory<Entry> => {
  const { shardIds, sequences, tailRecords, tailBytes } = shape;
  const share = { maxRecords: Math.ceil(tailRecords / shardIds.length), maxBytes: tailBytes / shardIds.length };
  const shards = shardIds.map((id, index): ShardState<Entry> => {
    const prefix = `l${String(index).padStart(3, '0')}`;
    const numbers = { first: sequences.first, last: sequences.first - 1, next: sequences.first, lastAtMs: 0 };
    return { index, id, prefix, ...numbers, tail: createTail<Entry>(share), waiters: createWaiters() };
  });
  let described = false;

  const loadShard = async (store: Store, shard: ShardState<Entry>, horizon: string | undefined): Promise<void> => {
    shard.first = horizon === undefined ? sequences.first : Number(horizon);
    const newest = await lastNumber(store, shard.prefix);
    shard.last = Math.max(newest ?? shard.first - 1, shard.first - 1);
    shard.next = shard.last + 1;
    shard.tail.reset(shard.next);
  };

  return {
    shape,
    shards,
    async load(store) {
      const [meta, ...horizons] = await store.getMany([META_KEY, ...shards.map(({ index }) => horizonKey(index))], {});
      described = meta !== undefined;
      if (meta !== undefined) assertShape(shape, meta);
      await Promise.all(shards.map((shard, index) => loadShard(store, shard, horizons[index])));
      for (const { waiters, last } of shards) waiters.wake(last);
    },
    append({ group, shard, entry, text, bytes }) {
      if (!described) {
        group.batch.put(META_KEY, `${FORMAT},${shape.kind},${shards.length}`);
        described = true;
      }
      group.batch.put(logKey(shard.prefix, shard.next), text);
      group.bytes += text.length;
      group.state.appended.push({ shard, entry, bytes });
      shard.next++;
    },
    durable({ appended }) {
      for (const { shard, entry, bytes } of appended) {
        shard.tail.push(entry, bytes);
        shard.last++;
      }
      for (const { waiters, last } of shards) waiters.wake(last);
    },
    failed() {
      for (const shard of shards) shard.next = shard.last + 1;
      described = false;
    },
  };
};
