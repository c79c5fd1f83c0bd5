import { assertOptions, invalid } from '@verifiedfan/driver';
import { type CallsOptions, createCalls } from '@verifiedfan/driver/calls';
import type { Clock, Collection, Database, Document, IndexDefinition, Random } from '@verifiedfan/ports';
import { MongoClient, type Collection as MongoCollection } from 'mongodb';
import { createBulk } from './bulk.ts';
import { createCollection } from './collection.ts';
import { toPortError } from './errors.ts';
import { type PartialFilter, prepareCollection } from './indexes.ts';
import type { Stored } from './operations.ts';
import { transact } from './transaction.ts';
import type { Use } from './use.ts';
import { verifyServer } from './verify.ts';

export type MongoDatabaseOptions = CallsOptions<Use> & {
  /** Where the server is, `mongodb://…` or `mongodb+srv://…`. Either this or `client`. It is never printed. */
  uri?: string | undefined;
  /** A client that others use too; `close` leaves it open, and its own time limits apply. */
  client?: MongoClient | undefined;
  /** The database that holds the collections of one service. */
  name: string;
  /** For the waits between runs of a transaction. */
  clock: Clock;
  /** Makes the ids of documents that an upsert creates without one, and the jitter of waits. */
  random: Random;
  /** Time that the server may take for one command, in milliseconds. A call may wait twice as long, as it is repeated once. @default 10_000 */
  timeoutMs?: number | undefined;
  /** Time to find a server that answers, in milliseconds. @default 5_000 */
  connectTimeoutMs?: number | undefined;
  /** Most connections; more calls wait for a free one. @default 50 */
  maxConnections?: number | undefined;
  /** Runs of a transaction that meets others, the first included. @default 5 */
  maxAttempts?: number | undefined;
  /** @default string */
  partialFilter?: PartialFilter | undefined;
};

export type MongoDatabase = Database & {
  /** Resolves when the server answers. Throws `unavailable` when it cannot be reached, `validation` when it refuses the credentials. */
  verify(): Promise<void>;
  /** Calls under way end first; later ones are `closed`. Closing twice is closing once. */
  close(): Promise<void>;
};

const OPTION_NAMES = [
  ...['uri', 'client', 'name', 'clock', 'random', 'tracer', 'onUse'],
  ...['timeoutMs', 'connectTimeoutMs', 'maxConnections', 'maxAttempts', 'partialFilter'],
];

/** The server gives up a moment before the connection does, so that mostly its answer is the one that is heard. */
const GRACE_MS = 1_000;

type Opened = { stored: MongoCollection<Stored>; indexes: string | undefined; prepare: () => Promise<void> };

const openClient = ({
  uri = '',
  timeoutMs = 10_000,
  connectTimeoutMs = 5_000,
  maxConnections = 50,
}: MongoDatabaseOptions): MongoClient => {
  try {
    return new MongoClient(uri, {
      appName: 'verifiedfan',
      maxPoolSize: maxConnections,
      serverSelectionTimeoutMS: connectTimeoutMs,
      connectTimeoutMS: connectTimeoutMs,
      socketTimeoutMS: timeoutMs + GRACE_MS,
      waitQueueTimeoutMS: timeoutMs,
      writeConcern: { w: 'majority' },
      retryWrites: true,
      retryReads: true,
    });
  } catch {
    // What the driver says about a URI may quote it, password and all.
    throw invalid('the address of MongoDB is not a valid mongodb:// or mongodb+srv:// URI');
  }
};

/** Runs work once and shares it; after a failure the next caller runs it again. */
const shared = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
};

/** The collections of one service in a MongoDB database. Nothing is sent before the first call. */
export const createMongoDatabase = (options: MongoDatabaseOptions): MongoDatabase => {
  assertOptions(options, OPTION_NAMES);
  const { name, clock, random, timeoutMs = 10_000, maxAttempts = 5, partialFilter = 'string' } = options;
  if ((options.uri === undefined) === (options.client === undefined)) {
    throw new TypeError('either uri or client is needed');
  }
  const client = options.client ?? openClient(options);
  const db = client.db(name);
  // The driver connects by itself with the first call, but once that has failed every later call fails too; asked outright it tries again.
  const connect = shared(async () => {
    await client.connect();
  });
  const calls = createCalls<Use>({ options, system: 'mongodb', what: 'the database', toPortError });
  const bulk = createBulk();
  const opened = new Map<string, Opened>();
  let closing: Promise<void> | undefined;

  const open = (collection: string, definitions?: readonly IndexDefinition[]): Opened => {
    const indexes = definitions && JSON.stringify(definitions);
    const known = opened.get(collection);
    if (known && (indexes === undefined || indexes === known.indexes)) return known;
    if (known?.indexes !== undefined) throw invalid('the collection is open with other indexes');
    const made: Opened = {
      stored: db.collection<Stored>(collection),
      indexes,
      prepare: shared(async () => {
        await connect();
        await prepareCollection({
          db,
          name: collection,
          definitions: definitions ?? [],
          partial: partialFilter,
          options: { maxTimeMS: timeoutMs },
        });
      }),
    };
    opened.set(collection, made);
    return made;
  };

  return {
    collection<D extends Document>(
      collection: string,
      { indexes }: { indexes?: readonly IndexDefinition[] } = {},
    ): Collection<D> {
      const { stored } = open(collection, indexes);
      // Looked up with each call: another caller may have opened the collection with its indexes in the meantime.
      const prepare = () => open(collection).prepare();
      return createCollection<D>({
        name: collection,
        client,
        stored,
        calls,
        bulk,
        prepare,
        random,
        maxTimeMS: timeoutMs,
      });
    },
    transact: (steps) =>
      calls.run(name, { operation: 'transact', requests: steps.length }, async () => {
        for (const { collection } of steps) await open(collection).prepare();
        const collection = (each: string) => open(each).stored;
        return transact({ client, steps, collection, maxTimeMS: timeoutMs, maxAttempts, clock, random });
      }),
    verify: () => calls.run(name, { operation: 'ping', requests: 1 }, () => verifyServer({ db, connect, timeoutMs })),
    close() {
      closing ??= calls.end().then(() => (options.client === undefined ? client.close() : undefined));
      return closing;
    },
  };
};
