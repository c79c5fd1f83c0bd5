import { assertOptions, assertWhole, invalid } from '@verifiedfan/driver';
import type { Clock, Queue, QueueDefinition, Random } from '@verifiedfan/ports';
import { assertName } from './checks.ts';
import { openSqliteFile, type SqliteFile } from './file.ts';
import { createQueue } from './queue.ts';
import type { Redrive } from './queue-receive.ts';
import { prepareQueue, type QueueStatements } from './queue-statements.ts';
import { createWaiting, type Waiting } from './waiting.ts';

export type QueueStoreOptions = {
  /** Path of the file that holds all queues, or `:memory:`. */
  location: string;
  clock: Clock;
  random: Random;
  /**
   * Shows messages at once that were in flight when the file was closed. Right where the caller knows that no receiver lives on, as the
   * owner of a data directory does at its start. @default false
   */
  releaseInFlight?: boolean | undefined;
  /** Most bytes of the file; beyond it sends throw `disk_full`. @default no limit but the disk's */
  maxBytes?: number | undefined;
};

export type QueueStore = {
  /** Opens a queue, or makes it. A dead-letter queue is made along with the queue that names it. */
  queue(name: string, definition: Omit<QueueDefinition, 'kind' | 'purpose'>): Queue;
  /** Wakes everybody who waits; later calls throw `closed`. */
  close(): void;
};

/** What is shared by a queue and those that move messages into it. */
type Shelf = { id: number; fifo: boolean; statements: QueueStatements; waiting: Waiting };

const DEFAULT_VISIBILITY_SECONDS = 30;
const DEFAULT_MAX_RECEIVE_COUNT = 5;

const SCHEMA =
  'CREATE TABLE IF NOT EXISTS queues (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, fifo INTEGER NOT NULL)';

const createShelf = (file: SqliteFile, clock: Clock, id: number, fifo: boolean): Shelf => {
  const statements = prepareQueue(file.database, id, fifo);
  const waiting = createWaiting({
    clock,
    ready: () =>
      !file.closed && file.run(() => statements.candidates.get({ now: clock.now(), limit: 1 })) !== undefined,
    nextMoment: () => {
      const moment = file.run(() => statements.nextMoment.get(clock.now()))?.moment;
      return typeof moment === 'number' ? moment : undefined;
    },
  });
  return { id, fifo, statements, waiting };
};

/** Opens the queues of one data directory. */
export const openQueueStore = (options: QueueStoreOptions): QueueStore => {
  assertOptions(options, ['location', 'clock', 'random', 'releaseInFlight', 'maxBytes']);
  const { location, clock, random, releaseInFlight = false, maxBytes } = options;
  const file = openSqliteFile({ location, maxBytes, resource: 'queues', cacheKib: 4_096 });
  file.run(() => file.database.exec(SCHEMA));
  const find = file.database.prepare('SELECT id, fifo FROM queues WHERE name = ?');
  const add = file.database.prepare('INSERT INTO queues (name, fifo) VALUES (?, ?) RETURNING id, fifo');
  const shelves = new Map<string, Shelf>();

  const shelfOf = (name: string, fifo: boolean): Shelf => {
    assertName('the name of a queue', name, 256);
    const known = shelves.get(name);
    const shelf =
      known ??
      file.transact(() => {
        const row = find.get(name) ?? add.get(name, Number(fifo));
        const made = createShelf(file, clock, Number(row?.id), Number(row?.fifo) === 1);
        if (releaseInFlight) made.statements.release.run({ now: clock.now() });
        return made;
      });
    if (shelf.fifo !== fifo)
      throw invalid('a queue and its dead-letter queue are both FIFO or both standard, and stay so', name);
    shelves.set(name, shelf);
    return shelf;
  };

  const redriveTo = (name: string, fifo: boolean, maxReceiveCount: number): Redrive => {
    const { id, waiting } = shelfOf(name, fifo);
    return { maxReceiveCount, target: id, arrived: () => waiting.changed() };
  };

  return {
    queue(name, definition) {
      const { fifo = false, visibilitySeconds = DEFAULT_VISIBILITY_SECONDS, deadLetterQueue } = definition;
      const { maxReceiveCount = DEFAULT_MAX_RECEIVE_COUNT } = definition;
      assertWhole('visibilitySeconds', visibilitySeconds, 0, 43_200);
      assertWhole('maxReceiveCount', maxReceiveCount, 1, 1_000);
      if (deadLetterQueue === name) throw invalid('a queue cannot be its own dead-letter queue', name);
      const { statements, waiting } = shelfOf(name, fifo);
      const redrive = deadLetterQueue === undefined ? undefined : redriveTo(deadLetterQueue, fifo, maxReceiveCount);
      return createQueue({ name, fifo, visibilitySeconds, file, statements, waiting, clock, random, redrive });
    },
    close() {
      file.close();
      for (const { waiting } of shelves.values()) waiting.close();
    },
  };
};
