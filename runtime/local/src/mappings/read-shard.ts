import { consumerCheckpoint, NOTHING_READ } from '@verifiedfan/platform';
import { type Checkpoints, compareSequences } from '@verifiedfan/ports';
import type { PreparedWorker, Source } from '@verifiedfan/worker';
import type { LogHeader, StreamAdapter } from './adapters.ts';
import { withinWindow } from './batch-window.ts';

export type StreamSettings = NonNullable<Source['stream']>;
/** A shard as its consumer knows it; `position` is the last record that is done. */
export type ShardState = { id: string; position: string | undefined; busy: boolean };

/** One worker as a reader of one log. */
export type ShardReader<Entry extends Header, Header extends LogHeader> = {
  prepared: PreparedWorker;
  source: Source;
  adapter: StreamAdapter<Entry, Header>;
  checkpoints: Checkpoints;
  settings: StreamSettings;
  signal: AbortSignal;
};

/** What was read: the entries that passed the filter on headers, the last record looked at, how many were, and whether none will follow. */
export type Batch<Entry> = { entries: Entry[]; last: string | undefined; scanned: number; closed: boolean };

/**
 * Whether a checkpoint is one of a log that was made anew, whose first records it would pass over. The end of a log may be a guess from
 * below, as it is with DynamoDB; so what is behind the checkpoint is read first. A record there says that it is none, and a log that had to
 * guess takes the place that it was asked to read behind for its end.
 */
const isBeyondEnd = async <Entry extends Header, Header extends LogHeader>(
  { log }: StreamAdapter<Entry, Header>,
  { shard, after }: { shard: string; after: string },
): Promise<boolean> => {
  const { last } = await log.read({ shard, after, limit: 1, filter: () => false });
  if (last !== undefined) return false;
  const latest = await log.latest(shard);
  return latest === undefined || compareSequences(after, latest) > 0;
};

/** Where to read on; undefined from the oldest record. A consumer that is new is noted as one. */
export const readPosition = async <Entry extends Header, Header extends LogHeader>(
  { prepared, source, adapter, checkpoints }: ShardReader<Entry, Header>,
  shard: string,
): Promise<string | undefined> => {
  const key = consumerCheckpoint({ resource: source.resource, shard }, prepared.name);
  const stored = await checkpoints.get(key);
  if (stored === NOTHING_READ) return undefined;
  if (stored !== undefined && !(await isBeyondEnd(adapter, { shard, after: stored }))) return stored;
  await checkpoints.set(key, NOTHING_READ);
  return undefined;
};

/** The newest record may be none that is still kept, so where it was not read it takes a look. */
export const hasMore = async <Entry extends Header, Header extends LogHeader>(
  { log }: StreamAdapter<Entry, Header>,
  { id, position }: ShardState,
): Promise<boolean> => {
  if ((await log.latest(id)) === position) return false;
  const { last } = await log.read({ shard: id, after: position, limit: 1, filter: () => false });
  return last !== undefined;
};

const MOST_READ = 10_000;

/** Reads what is there, and waits for more where the source asks for fuller batches. */
export const readBatch = async <Entry extends Header, Header extends LogHeader>(
  { prepared, adapter, settings, signal }: ShardReader<Entry, Header>,
  { id, position }: ShardState,
): Promise<Batch<Entry>> => {
  const { batchSize, parallelization, batchWindowSeconds } = settings;
  const most = Math.min(MOST_READ, batchSize * parallelization);
  // Headers are cheap: where they decide, many are looked at for few records, or the consumer of a tenth of a busy log falls far behind.
  const limit = adapter.headerFilter === undefined ? most : MOST_READ;
  const readBehind = (after: string | undefined, scanned: number) =>
    adapter.log.read({ shard: id, after, limit: limit - scanned, filter: adapter.headerFilter });
  const isFull = ({ entries, scanned }: Batch<Entry>): boolean => entries.length >= most || scanned >= limit;

  const { records: entries, last, scanned, closed } = await readBehind(position, 0);
  const batch: Batch<Entry> = { entries, last, scanned, closed };
  if (batchWindowSeconds === 0 || last === undefined) return batch;
  const { clock } = prepared.host.platform;
  await withinWindow({ clock, durationMs: batchWindowSeconds * 1_000, signal }, async (over) => {
    while (!isFull(batch) && !batch.closed && !over.aborted) {
      await adapter.log.waitForRecords({ shard: id, after: batch.last, signal: over });
      const more = await readBehind(batch.last, batch.scanned);
      batch.entries.push(...more.records);
      batch.last = more.last ?? batch.last;
      batch.scanned += more.scanned;
      batch.closed = more.closed;
    }
  });
  return batch;
};
