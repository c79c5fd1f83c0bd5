import { writeFile } from 'node:fs/promises';
import type {
  BucketNotificationsSubject,
  CacheSubject,
  CheckpointsSubject,
  DatabaseSubject,
  FlagsSubject,
  QueueSubject,
  SecretsSubject,
} from '@verifiedfan/conformance';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import {
  createManualClock,
  createSeededRandom,
  openFileFlags,
  openFileSecrets,
  openFolderBucket,
  openQueueStore,
  openSqliteCache,
  openSqliteCheckpoints,
  openSqliteDatabase,
} from '../../src/index.ts';

/** Opens subjects in directories of their own, and closes and removes all of them. */
export type Shop<Subject> = { open: () => Promise<Subject>; close: () => Promise<void> };

type Opened<Subject> = { subject: Subject; close: () => void };

const createShop = <Subject>(
  make: (join: (name: string) => string) => Opened<Subject> | Promise<Opened<Subject>>,
): Shop<Subject> => {
  const leave: (() => void)[] = [];
  return {
    async open() {
      const directory = temporaryDirectory();
      const { subject, close } = await make(directory.join);
      leave.push(() => {
        close();
        directory.remove();
      });
      return subject;
    },
    async close() {
      for (const one of leave.splice(0)) one();
    },
  };
};

export const queueShop = ({ fifo }: { fifo: boolean }): Shop<QueueSubject> =>
  createShop((join) => {
    const clock = createManualClock();
    const store = openQueueStore({ location: join('queues.sqlite'), clock, random: createSeededRandom(1) });
    const queue = store.queue('orders', { fifo, maxReceiveCount: 2, deadLetterQueue: 'deadOrders' });
    return {
      subject: { queue, deadLetters: store.queue('deadOrders', { fifo }), pass: clock.advance },
      close: store.close,
    };
  });

export const bucketShop = (): Shop<BucketNotificationsSubject> =>
  createShop((join) => {
    const bucket = openFolderBucket({
      location: join('uploads'),
      clock: createManualClock(),
      random: createSeededRandom(1),
    });
    return { subject: { bucket, notifications: bucket }, close: bucket.close };
  });

export const cacheShop = (): Shop<CacheSubject> =>
  createShop((join) => {
    const clock = createManualClock();
    const cache = openSqliteCache({ location: join('cache.sqlite'), clock });
    return { subject: { cache, pass: clock.advance }, close: cache.close };
  });

export const checkpointsShop = (): Shop<CheckpointsSubject> =>
  createShop((join) => {
    const checkpoints = openSqliteCheckpoints({ location: join('checkpoints.sqlite') });
    return { subject: { checkpoints }, close: checkpoints.close };
  });

export const databaseShop = (): Shop<DatabaseSubject> =>
  createShop((join) => {
    const database = openSqliteDatabase({ location: join('service.sqlite'), random: createSeededRandom(1) });
    return { subject: { database }, close: database.close };
  });

export const flagsShop = (): Shop<FlagsSubject> =>
  createShop(async (join) => {
    const location = join('flags.json');
    const stored: Record<string, boolean> = { on: true, off: false };
    await writeFile(location, JSON.stringify(stored));
    const flags = openFileFlags({ location, watchFile: false });
    const change = async (flag: string, enabled: boolean) => {
      stored[flag] = enabled;
      await writeFile(location, JSON.stringify(stored));
      flags.reload();
    };
    return { subject: { flags, change }, close: flags.close };
  });

export const secretsShop = (): Shop<SecretsSubject> =>
  createShop(async (join) => {
    const location = join('secrets.json');
    await writeFile(location, JSON.stringify({ known: 's3cret-✓' }));
    return { subject: { secrets: openFileSecrets({ location, random: createSeededRandom(1) }) }, close: () => {} };
  });
