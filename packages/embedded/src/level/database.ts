import { closedError, toPortError } from './errors.ts';
import type { Store } from './store.ts';

export type LevelOptions = {
  /** Directory of this one resource; made on first use. */
  location?: string | undefined;
  /** Keep everything in memory instead: for tests. */
  memory?: boolean | undefined;
  /** Flush every write to the disk itself, so that it survives the machine and not only the process. Far slower. @default false */
  sync?: boolean | undefined;
  /** How much LevelDB collects in memory before it writes a sorted file; up to twice this is held while writing. @default 16 MiB, 32 MiB for a table */
  writeBufferBytes?: number | undefined;
  /** LevelDB's own cache of blocks read from its files. @default 8 MiB */
  blockCacheBytes?: number | undefined;
};

const MEBIBYTE = 1_048_576;

/** Makes the engine without opening it. The libraries are imported here, so a process that opens nothing loads neither. */
export const createStore = async (options: LevelOptions): Promise<Store> => {
  const { location, memory = false, writeBufferBytes = 16 * MEBIBYTE, blockCacheBytes = 8 * MEBIBYTE } = options;
  if (memory) {
    const { MemoryLevel } = await import('memory-level');
    return new MemoryLevel<string, string>();
  }
  if (!location) throw new TypeError('either location or memory is needed');
  const { ClassicLevel } = await import('classic-level');
  return new ClassicLevel<string, string>(location, {
    writeBufferSize: writeBufferBytes,
    cacheSize: blockCacheBytes,
    // Few, larger files: a table of a million rows would otherwise keep hundreds of file descriptors.
    maxFileSize: 8 * MEBIBYTE,
    maxOpenFiles: 256,
  });
};

export type Database = {
  readonly name: string;
  /** The open store, or undefined while it is not open. */
  current(): Store | undefined;
  /** Opens on first use, waits while opening, opens again after a failure. Rejects with a PortError. */
  ready(): Promise<Store>;
  /**
   * Gives up the open store after a failed write. LevelDB 1.20 keeps refusing writes after a background error, and its write-ahead log
   * goes on behind half a record, which a later recovery would drop together with everything after it; opening again starts a new log.
   */
  abandon(): void;
  readonly closed: boolean;
  close(): Promise<void>;
};

/** Opens a store lazily and again after failures; `onOpen` reads the state that lives in memory before anyone may use the store. */
export const createDatabase = ({
  name,
  create,
  onOpen,
}: {
  name: string;
  create: () => Promise<Store>;
  onOpen: (store: Store) => Promise<void>;
}): Database => {
  let made: Promise<Store> | undefined;
  let open: Store | undefined;
  let opening: Promise<Store> | undefined;
  let abandoned: Promise<unknown> = Promise.resolve();
  let closed = false;

  const start = async (): Promise<Store> => {
    await abandoned;
    made ??= create();
    const store = await made;
    try {
      await store.open();
      await onOpen(store);
    } catch (error) {
      await store.close().catch(() => undefined);
      throw toPortError(error, name);
    }
    open = store;
    return store;
  };

  return {
    name,
    current: () => open,
    get closed() {
      return closed;
    },
    async ready() {
      if (closed) throw closedError(name);
      if (open) return open;
      opening ??= start().finally(() => {
        opening = undefined;
      });
      return opening;
    },
    abandon() {
      const store = open;
      open = undefined;
      if (store) abandoned = store.close().catch(() => undefined);
    },
    async close() {
      closed = true;
      await opening?.catch(() => undefined);
      await abandoned;
      const store = open;
      open = undefined;
      await store?.close();
    },
  };
};
