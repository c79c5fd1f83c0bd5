import {
  createManualClock,
  createMemoryMetrics,
  createSeededRandom,
  openFolderBucket,
  openQueueStore,
  openSqliteCache,
  openSqliteCheckpoints,
  openSqliteDatabase,
} from '@verifiedfan/embedded';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import type {
  BucketNotificationsSubject,
  CacheSubject,
  CheckpointsSubject,
  ClockSubject,
  DatabaseSubject,
  MetricsSubject,
  QueueSubject,
  RandomSubject,
} from '../src/index.ts';

// Sound drivers in memory, which passed the same cases in their own tests; the mutants break one behaviour each.

const MEMORY = ':memory:';

export const openQueues = async (fifo: boolean): Promise<QueueSubject> => {
  const clock = createManualClock();
  const store = openQueueStore({ location: MEMORY, clock, random: createSeededRandom(1) });
  const queue = store.queue('orders', { fifo, maxReceiveCount: 2, deadLetterQueue: 'dead' });
  return { queue, deadLetters: store.queue('dead', { fifo }), pass: clock.advance };
};

/** Buckets need a folder; `remove` takes all of them away. */
export const createBuckets = (): { open: () => Promise<BucketNotificationsSubject>; close: () => Promise<void> } => {
  const leave: (() => void)[] = [];
  return {
    async open() {
      const directory = temporaryDirectory();
      const bucket = openFolderBucket({
        location: directory.path,
        clock: createManualClock(),
        random: createSeededRandom(1),
      });
      leave.push(bucket.close, directory.remove);
      return { bucket, notifications: bucket };
    },
    async close() {
      for (const one of leave.splice(0)) one();
    },
  };
};

export const openCache = async (): Promise<CacheSubject> => {
  const clock = createManualClock();
  return { cache: openSqliteCache({ location: MEMORY, clock }), pass: clock.advance };
};

export const openCheckpoints = async (): Promise<CheckpointsSubject> => ({
  checkpoints: openSqliteCheckpoints({ location: MEMORY }),
});

export const openDatabase = async (): Promise<DatabaseSubject> => ({
  database: openSqliteDatabase({ location: MEMORY, random: createSeededRandom(1) }),
});

export const openMetrics = async (): Promise<MetricsSubject> => ({ metrics: createMemoryMetrics() });
export const openRandom = async (): Promise<RandomSubject> => ({ random: createSeededRandom(1) });
export const openClock = async (): Promise<ClockSubject> => {
  const clock = createManualClock();
  return { clock, pass: clock.advance };
};
