import type { ShardedLog, ShardRead, ShardReadOptions } from '@verifiedfan/ports';
import { PortError } from '@verifiedfan/ports';
import { invalid } from '@verifiedfan/ports/table-rules';
import type { Database } from './database.ts';
import { damaged, toPortError } from './errors.ts';
import { bytesOf, type LogMemory, logKey, type ShardState } from './log-state.ts';
import type { Store, StoreSnapshot } from './store.ts';

/** Records read from the store, in order and without gaps, beginning with number `first`. */
export type StoredPage<Entry, Header> = {
  store: Store;
  snapshot: StoreSnapshot;
  shard: ShardState<Entry>;
  first: number;
  texts: readonly string[];
  filter: ((header: Header) => boolean) | undefined;
};

/** Makes entries of the records that the filter lets through. */
export type Decode<Entry, Header> = (page: StoredPage<Entry, Header>) => Entry[] | Promise<Entry[]>;

/** One page is at most this much text (in UTF-16 units), however many records the caller would take: 10 MiB, as in Kinesis. */
const MAX_PAGE_LENGTH = 10 * 1_048_576;
const READ_AHEAD_BYTES = 1_048_576;

/** Reads the records `from` to `to`; fewer when they are large. */
export const readTexts = async (
  { store, snapshot }: { store: Store; snapshot: StoreSnapshot },
  { prefix, from, to }: { prefix: string; from: number; to: number },
): Promise<string[]> => {
  const range = { gte: bytesOf(logKey(prefix, from)), lte: bytesOf(logKey(prefix, to)), snapshot } as const;
  const encodings = { keyEncoding: 'view', valueEncoding: 'utf8', highWaterMarkBytes: READ_AHEAD_BYTES } as const;
  const values = store.values({ ...range, ...encodings });
  const texts: string[] = [];
  try {
    for (let length = 0; length < MAX_PAGE_LENGTH && texts.length <= to - from; ) {
      const some = (await values.nextv(to - from + 1 - texts.length)) as string[];
      if (some.length === 0) break;
      for (const text of some) length += text.length;
      texts.push(...some);
    }
  } finally {
    await values.close();
  }
  return texts;
};

const readTail = <Entry extends Header, Header>(
  { tail }: ShardState<Entry>,
  { from, to, filter }: { from: number; to: number; filter: ((header: Header) => boolean) | undefined },
): Entry[] => {
  const records: Entry[] = [];
  for (let number = from; number <= to; number++) {
    const entry = tail.get(number);
    if (entry !== undefined && (!filter || filter(entry))) records.push(entry);
  }
  return records;
};

/** The reading half of a log. */
export const createLogReader = <Entry extends Header, Header>({
  log,
  database,
  decode,
}: {
  log: LogMemory<Entry>;
  database: Database;
  decode: Decode<Entry, Header>;
}): Omit<ShardedLog<Entry, Header>, 'shards'> => {
  const { name, sequences } = log.shape;
  const byId = new Map(log.shards.map((shard) => [shard.id, shard]));

  const find = (id: string): ShardState<Entry> => {
    const shard = byId.get(id);
    if (!shard) throw new PortError({ code: 'not_found', message: `${name} has no such shard`, resource: name });
    return shard;
  };
  const behind = (after: string | undefined): number => (after === undefined ? -1 : sequences.parse(after));

  const readStored = async (
    store: Store,
    shard: ShardState<Entry>,
    { from, to, filter }: { from: number; to: number; filter: ((header: Header) => boolean) | undefined },
  ): Promise<{ records: Entry[]; scanned: number }> => {
    const snapshot = store.snapshot();
    try {
      const texts = await readTexts({ store, snapshot }, { prefix: shard.prefix, from, to });
      if (texts.length === 0) throw damaged(name, 'records of its log are missing');
      return { records: await decode({ store, snapshot, shard, first: from, texts, filter }), scanned: texts.length };
    } catch (error) {
      throw toPortError(error, name);
    } finally {
      await snapshot.close().catch(() => undefined);
    }
  };

  return {
    async read({ shard: id, after, limit, filter }: ShardReadOptions<Header>): Promise<ShardRead<Entry>> {
      if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
        throw invalid('limit is a whole number from 1 to 10,000');
      const shard = find(id);
      const position = behind(after);
      const store = database.current() ?? (await database.ready());
      const from = Math.max(position + 1, shard.first);
      const to = Math.min(from + limit - 1, shard.last);
      if (from > to) return { records: [], last: undefined, scanned: 0, closed: false };
      if (from >= shard.tail.oldest) {
        const records = readTail(shard, { from, to, filter });
        return { records, last: sequences.format(to), scanned: to - from + 1, closed: false };
      }
      const end = Math.min(to, shard.tail.oldest - 1);
      const { records, scanned } = await readStored(store, shard, { from, to: end, filter });
      // The rest is still in memory, unless the page was cut for its size or the tail has moved on meanwhile.
      const next = from + scanned;
      const last = next > end && next >= shard.tail.oldest ? to : next - 1;
      records.push(...readTail(shard, { from: next, to: last, filter }));
      return { records, last: sequences.format(last), scanned: last - from + 1, closed: false };
    },

    async latest(id) {
      const shard = find(id);
      if (!database.current()) await database.ready();
      return shard.last < sequences.first ? undefined : sequences.format(shard.last);
    },

    async waitForRecords({ shard: id, after, signal }) {
      const shard = find(id);
      const position = behind(after);
      if (!database.current()) await database.ready();
      if (shard.last <= position || shard.last < shard.first)
        await shard.waiters.wait(Math.max(position, shard.first - 1), signal);
    },
  };
};
