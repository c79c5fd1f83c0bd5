import type { Clock } from '@verifiedfan/ports';
import type { Database } from './database.ts';
import { readTexts } from './log-read.ts';
import { horizonKey, type LogMemory, type LogState, type ShardState } from './log-state.ts';
import type { Store } from './store.ts';
import type { Writer } from './writer.ts';

export type RetentionOptions = {
  /** How long records stay readable, in milliseconds. */
  retentionMs: number;
  /**
   * The sequence up to which every registered consumer of a shard has read ('0' when one has read nothing), undefined when none is
   * registered. Nothing behind it is trimmed, however old.
   */
  slowestConsumer?: ((shard: string) => Promise<string | undefined>) | undefined;
};

/** Keys that are no longer needed once this record cannot be read any more. */
export type Expire<Entry> = (record: { text: string; number: number; shard: ShardState<Entry> }) => readonly string[];

export type Trimmer = {
  /** Trims everything that is due; resolves with the number of records that left. */
  trim(): Promise<number>;
  /** Trims a little of what is due, if anything may be; called behind writes, so a log that is not written to costs nothing. */
  nudge(): void;
  /** Resolves when no step is under way. */
  idle(): Promise<void>;
};

const STEP = 1_000;
/** How long a shard with nothing to trim is left alone. */
const PAUSE_MS = 60_000;

/** When a record was written: the number behind its first letter. */
export const timeOf = (text: string): number => Number(text.slice(1, text.indexOf(',')));

/**
 * Moves the oldest readable record forward and deletes what nobody needs any more, in steps of 1,000 records that share the group commit
 * with ordinary writes. Marker and deletions are one atomic step, so a kill in between leaves nothing half-trimmed.
 */
export const createTrimmer = <Entry, State extends LogState<Entry>>({
  log,
  database,
  writer,
  clock,
  expire,
  retention: { retentionMs, slowestConsumer },
}: {
  log: LogMemory<Entry>;
  database: Database;
  writer: Writer<State>;
  clock: Clock;
  expire: Expire<Entry>;
  retention: RetentionOptions;
}): Trimmer => {
  const quietUntilMs = new Map<ShardState<Entry>, number>();
  let underWay: Promise<unknown> | undefined;

  const remove = async (store: Store, shard: ShardState<Entry>, texts: readonly string[]): Promise<void> => {
    const { batch } = writer.group(store);
    texts.forEach((text, index) => {
      for (const key of expire({ text, number: shard.first + index, shard })) batch.del(key);
    });
    // Readers stop seeing the records now; whoever began before holds a snapshot in which they still exist.
    shard.first += texts.length;
    batch.put(horizonKey(shard.index), String(shard.first));
    await writer.commit();
  };

  const step = async (shard: ShardState<Entry>, nowMs: number): Promise<number> => {
    const store = await database.ready();
    const slowest = await slowestConsumer?.(shard.id);
    const newest = slowest === undefined ? shard.last : Math.min(shard.last, log.shape.sequences.parse(slowest));
    const to = Math.min(newest, shard.first + STEP - 1);
    if (shard.first > to || database.current() !== store) return 0;
    const snapshot = store.snapshot();
    const texts = await readTexts({ store, snapshot }, { prefix: shard.prefix, from: shard.first, to }).finally(() =>
      snapshot.close(),
    );
    const dueBeforeMs = nowMs - retentionMs;
    const kept = texts.findIndex((text) => timeOf(text) >= dueBeforeMs);
    const due = kept === -1 ? texts : texts.slice(0, kept);
    if (due.length > 0 && database.current() === store) await remove(store, shard, due);
    return due.length;
  };

  /** One at a time: two steps on one shard would count the same records twice. */
  const alone = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    while (underWay) await underWay;
    const running = work();
    underWay = running.catch(() => undefined);
    return running.finally(() => {
      underWay = undefined;
    });
  };

  const trimShard = async (shard: ShardState<Entry>): Promise<number> => {
    const nowMs = clock.now();
    let removed = 0;
    for (let more = -1; more !== 0; removed += more) more = await alone(() => step(shard, nowMs));
    return removed;
  };

  const nudge = (): void => {
    if (underWay || database.closed) return;
    const nowMs = clock.now();
    const shard = log.shards.find((one) => one.first <= one.last && (quietUntilMs.get(one) ?? 0) <= nowMs);
    if (!shard) return;
    alone(() => step(shard, nowMs)).then(
      (removed) => {
        if (removed < STEP) quietUntilMs.set(shard, nowMs + Math.min(PAUSE_MS, retentionMs));
      },
      // Trimming can wait: the write that comes next reports a broken store to someone who can act on it.
      () => quietUntilMs.set(shard, nowMs + PAUSE_MS),
    );
  };

  return {
    nudge,
    async trim() {
      let removed = 0;
      for (const shard of log.shards) removed += await trimShard(shard);
      return removed;
    },
    async idle() {
      while (underWay) await underWay;
    },
  };
};
