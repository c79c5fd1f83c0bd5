import { checkOptions, optional, positiveInteger } from '@verifiedfan/map-utils';
import { PortError, type RecordStream } from '@verifiedfan/ports';
import { shared } from '../sdk/shared.ts';
import { notActive } from '../sdk/until-active.ts';
import { createWakes } from '../sdk/wakes.ts';
import { createKinesis, type Kinesis, type KinesisClientOptions } from './client.ts';
import { createFollow } from './follow.ts';
import { createLatest } from './latest.ts';
import { statusOf } from './make-stream.ts';
import { createPace } from './pace.ts';
import { createPages } from './pages.ts';
import { createPut } from './put.ts';
import { createRead, createWait } from './read.ts';
import { createShards } from './shards.ts';

export type KinesisStreamOptions = KinesisClientOptions & {
  /** The longest time between two looks of `waitForRecords`, in milliseconds. Lambda looks once a second. @default 1_000 */
  pollMs?: number | undefined;
  /** Reads of one shard in a second; Kinesis takes five from all readers together. @default 5 */
  readsPerSecond?: number | undefined;
  /** Bytes read of one shard in a second, all readers together. @default 2_000_000 */
  readBytesPerSecond?: number | undefined;
  /** PutRecords requests under way at once in one `putMany`. @default 4 */
  concurrency?: number | undefined;
  /** How often a record is sent at most before it is given up, when Kinesis refuses it alone. @default 10 */
  attempts?: number | undefined;
};

/** A Kinesis stream as a port, with what its owner needs. */
export type KinesisStream = RecordStream & {
  /** Asks whether the stream is there and can be used: to learn at the start what the first call would say otherwise. */
  verify(): Promise<void>;
  /** Ends waits, lets calls under way end, and lets go of the connections. Later calls are `closed`. */
  close(): Promise<void>;
};

const isPresent = { expects: 'a text', accepts: (value: unknown) => typeof value === 'string' && value !== '' };
const isObject = { expects: 'an object', accepts: (value: unknown) => typeof value === 'object' && value !== null };
const isFunction = optional({ expects: 'a function', accepts: (value) => typeof value === 'function' });

const checkStreamOptions = (options: KinesisStreamOptions): void =>
  checkOptions<KinesisStreamOptions>('createKinesisStream', options, {
    name: isPresent,
    streamName: isPresent,
    connection: isObject,
    onUse: isFunction,
    pollMs: optional(positiveInteger),
    readsPerSecond: optional(positiveInteger),
    readBytesPerSecond: optional(positiveInteger),
    concurrency: optional(positiveInteger),
    attempts: optional(positiveInteger),
  });

/**
 * A record stream on Kinesis Data Streams. Nothing is sent before the first call. Records are written at least once: when a connection is
 * lost behind a request, the SDK sends it again, and what had been stored by then is stored twice, next to each other.
 */
export const createKinesisStream = (options: KinesisStreamOptions): KinesisStream => {
  checkStreamOptions(options);
  const { name, streamName, connection, pollMs = 1_000, concurrency = 4, attempts = 10 } = options;
  const { readsPerSecond = 5, readBytesPerSecond = 2_000_000 } = options;
  const { clock, random } = connection;
  const kinesis = createKinesis({ name, streamName, connection, onUse: options.onUse });
  const { lifecycle } = kinesis;
  const pace = createPace({ callsPerSecond: readsPerSecond, bytesPerSecond: readBytesPerSecond, clock });
  const pages = createPages({ kinesis, name, streamName, pace });
  const follow = createFollow({ pages, name, clock });
  const wakes = createWakes(clock);
  const listShards = createShards({ kinesis, name, streamName });
  const shards = shared(() => listShards());
  const putMany = createPut({ kinesis, name, streamName, concurrency, attempts, clock, random });
  const read = createRead({ follow, name });
  const latest = shared(createLatest({ pages, clock }));
  const waitForRecords = createWait({ follow, name, pollMs, wakes, lifecycle });
  return {
    name,
    shards: () => lifecycle.run(() => shards('')),
    putMany: (entries) =>
      lifecycle.run(async () => {
        const results = await putMany(entries);
        for (const shard of new Set(results.map((result) => ('shard' in result ? result.shard : ''))))
          wakes.wake(shard);
        return results;
      }),
    read: (request) => lifecycle.run(() => read(request)),
    latest: (shard) => lifecycle.run(() => latest(shard)),
    waitForRecords: (request) => lifecycle.run(() => waitForRecords(request)),
    verify: () => lifecycle.run(() => verify({ kinesis, name, streamName })),
    close: lifecycle.close,
  };
};

const verify = async ({ kinesis, name, streamName }: { kinesis: Kinesis; name: string; streamName: string }) => {
  const status = await statusOf(kinesis, streamName).catch((error: unknown) => {
    if (!(error instanceof PortError) || error.code !== 'not_found') throw error;
    const message = `there is no Kinesis stream ${streamName}, which is to be ${name}`;
    throw new PortError({ code: 'not_found', message, resource: name, cause: error });
  });
  // A stream that is being resharded is UPDATING, and works.
  if (status !== 'ACTIVE' && status !== 'UPDATING') throw notActive({ what: `stream ${streamName}`, resource: name });
};
