import { describe, it } from 'node:test';
import { cacheSuite, checkpointsSuite, collectionSuite, fifoQueueSuite, queueSuite } from '@verifiedfan/conformance';
import { cacheShop, checkpointsShop, databaseShop, queueShop } from '../support/subjects.ts';

describe('node:sqlite on disk', () => {
  queueSuite({ it, ...queueShop({ fifo: false }) });
  fifoQueueSuite({ it, ...queueShop({ fifo: true }) });
  collectionSuite({ it, ...databaseShop() });
  cacheSuite({ it, ...cacheShop() });
  checkpointsSuite({ it, ...checkpointsShop() });
});
