import { assertOptions as assertKnownOptions } from '@verifiedfan/driver';
import type { Clock, ShardedLog } from '@verifiedfan/ports';
import { createDatabase, createStore, type Database, type LevelOptions } from './database.ts';
import { closedError, toPortError } from './errors.ts';
import { createLogReader, type Decode } from './log-read.ts';
import { createLogMemory, type LogMemory, type LogShape, type LogState } from './log-state.ts';
import { createTrimmer, type Expire, type RetentionOptions, type Trimmer } from './log-trim.ts';
import type { Store } from './store.ts';
import { createWriter, type Writer } from './writer.ts';

/** What tables, streams and topics have in common. */
export type LogOptions = LevelOptions &
  Partial<RetentionOptions> & {
    /** The name in the catalogue. */
    name: string;
    clock: Clock;
    /** Newest records kept in memory, over all shards. @default 20_000 */
    tailRecords?: number | undefined;
    /** Most memory for them, in bytes, roughly. @default 32 MiB */
    tailBytes?: number | undefined;
    /** Makes the engine; tests put a failing one here. */
    createStore?: (() => Promise<Store>) | undefined;
  };

export const LOG_OPTION_NAMES = [
  ...(['name', 'clock', 'location', 'memory', 'sync', 'writeBufferBytes', 'blockCacheBytes'] as const),
  ...(['retentionMs', 'slowestConsumer', 'tailRecords', 'tailBytes', 'createStore'] as const),
];

/** A misspelt option fails when the driver is made, not when somebody misses its effect. */
export const assertOptions = (options: object, known: readonly string[]): void => {
  assertKnownOptions(options, known);
  const { location, memory } = options as LevelOptions;
  if (!location === !memory) throw new TypeError('exactly one of location and memory is needed');
};

export const assertCount = (name: string, value: number, most: number): void => {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new TypeError(`${name} is a whole number from 1 to ${most}`);
};

export type LogEngine<Entry, Header, State> = {
  readonly database: Database;
  readonly log: LogMemory<Entry>;
  readonly writer: Writer<State>;
  readonly reader: Omit<ShardedLog<Entry & Header, Header>, 'shards'>;
  readonly trimmer: Trimmer;
  /** The open store; rejects once the engine is closing. */
  store(): Promise<Store>;
  /** Throws `closed` once the engine is closing. */
  assertOpen(): void;
  /** The open store for a write that was begun: in the order of calls, each as soon as the group that collects has room. */
  enter(): Promise<Store>;
  /** Lets what was begun become durable, then closes. `before` ends work that may still begin writes. */
  close(before?: () => Promise<void>): Promise<void>;
};

const DAY_MS = 86_400_000;
const TAIL_RECORDS = 20_000;
const TAIL_BYTES = 33_554_432;

/** Puts database, memory, group commit, reading and trimming together: the append-only sharded log under all three drivers. */
export const createLogEngine = <Entry extends Header, Header, State extends LogState<Entry>>({
  options,
  shape,
  decode,
  expire,
  newState,
  onDurable = () => undefined,
  onReset = () => undefined,
}: {
  options: LogOptions;
  shape: Pick<LogShape, 'kind' | 'shardIds' | 'sequences'>;
  decode: Decode<Entry, Header>;
  expire: Expire<Entry>;
  newState: () => State;
  /** Runs after the log has taken in a durable group. */
  onDurable?: (state: State) => void;
  /** Runs when memory may no longer agree with the disk: after opening, and after a failed write. */
  onReset?: () => void;
}): LogEngine<Entry, Header, State> => {
  const {
    name,
    clock,
    retentionMs = DAY_MS,
    slowestConsumer,
    tailRecords = TAIL_RECORDS,
    tailBytes = TAIL_BYTES,
  } = options;
  const log = createLogMemory<Entry>({ name, tailRecords, tailBytes, ...shape });
  const database = createDatabase({
    name,
    create: options.createStore ?? (() => createStore(options)),
    async onOpen(store) {
      onReset();
      await log.load(store);
    },
  });
  const writer = createWriter<State>({
    sync: options.sync ?? false,
    newState,
    onDurable(state) {
      log.durable(state);
      onDurable(state);
      trimmer.nudge();
    },
    onFailed(error) {
      log.failed();
      onReset();
      database.abandon();
      return toPortError(error, name);
    },
  });
  const trimmer = createTrimmer({ log, database, writer, clock, expire, retention: { retentionMs, slowestConsumer } });
  const reader = createLogReader<Entry, Header>({ log, database, decode });
  let closing: Promise<void> | undefined;
  let gate: Promise<unknown> = Promise.resolve();

  const shut = async (before: () => Promise<void>): Promise<void> => {
    await before();
    await gate;
    await trimmer.idle();
    await writer.drain();
    for (const { waiters } of log.shards) waiters.fail(closedError(name));
    await database.close();
  };

  const assertOpen = (): void => {
    if (closing) throw closedError(name);
  };
  const openStore = async (): Promise<Store> => database.current() ?? (await database.ready());

  return {
    database,
    log,
    writer,
    reader,
    trimmer,
    assertOpen,
    async store() {
      assertOpen();
      return openStore();
    },
    enter() {
      const turn = gate.then(writer.room).then(openStore);
      gate = turn.catch(() => undefined);
      return turn;
    },
    close(before = async () => undefined) {
      closing ??= shut(before);
      return closing;
    },
  };
};
