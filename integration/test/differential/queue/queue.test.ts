import { describe, it } from 'node:test';
import { createManualClock, createSeededRandom, openQueueStore } from '@verifiedfan/embedded';
import { awsConnection, differential, type Pair, runOptions } from '../../../src/index.ts';
import { closeQueue, openQueue } from '../../sqs/open-queue.ts';
import { type QueueOperation, queueOperations } from './operations.ts';
import { queueSide } from './side.ts';

const openEmbedded = (fifo: boolean) => {
  const clock = createManualClock();
  const store = openQueueStore({ location: ':memory:', clock, random: createSeededRandom(1) });
  const queue = store.queue('orders', { fifo, maxReceiveCount: 2, deadLetterQueue: 'deadOrders' });
  const deadLetters = store.queue('deadOrders', { fifo });
  return queueSide({ queue, deadLetters, pass: clock.advance, close: async () => store.close() });
};

const open = async (server: 'ministack' | 'elasticmq', fifo: boolean): Promise<Pair<QueueOperation>> => {
  const subject = await openQueue(awsConnection(server), { fifo });
  return {
    embedded: openEmbedded(fifo),
    server: queueSide({ ...subject, close: () => closeQueue(subject) }),
  };
};

/** ElasticMQ is a second opinion, and the slowest by far: it gets a tenth. */
const SHARE = { ministack: 1, elasticmq: 0.1 } as const;

for (const server of ['ministack', 'elasticmq'] as const) {
  const { operations, seeds } = runOptions();
  const size = { operations: Math.ceil(operations * SHARE[server]), seeds };
  // Side by side, since most of the time they wait for time to pass.
  describe(`the embedded queue beside SQS on ${server}`, { concurrency: true }, () => {
    for (const fifo of [false, true]) {
      const title = fifo ? 'a FIFO queue' : 'a standard queue';
      differential({ it, title, generator: queueOperations(fifo), open: () => open(server, fifo), ...size });
    }
  });
}
