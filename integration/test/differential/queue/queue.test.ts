import { describe, it } from 'node:test';
import { createManualClock, createSeededRandom, openQueueStore } from '@verifiedfan/embedded';
import { awsConnection, differential, type Pair, runOptions } from '../../../src/index.ts';
import { closeQueue, openQueue } from '../../sqs/open-queue.ts';
import { KNOWN_OF_ELASTICMQ } from './known-differences.ts';
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

/** Every receive is counted, on SQS as well: also of a message that only waited behind another one of its group. */
const WAITED: readonly QueueOperation[] = [
  { send: [1, 2].map((index) => ({ body: `message ${index}`, group: 'a', deduplicationId: `${index}` })) },
  { receive: true },
  { giveBack: ['message 1', 'message 2'] },
  { receive: true },
  { delete: ['message 1'] },
  { giveBack: ['message 2'] },
  { receive: true },
  { collectDead: true },
];

/** ElasticMQ is a second opinion, and the slowest by far: it gets a tenth. */
const SHARE = { ministack: 1, elasticmq: 0.1 } as const;

for (const server of ['ministack', 'elasticmq'] as const) {
  const { operations: all, seeds } = runOptions();
  const operations = Math.ceil(all * SHARE[server]);
  // Side by side, since most of the time they wait for time to pass.
  describe(`the embedded queue beside SQS on ${server}`, { concurrency: true }, () => {
    for (const fifo of [false, true]) {
      const title = fifo ? 'a FIFO queue' : 'a standard queue';
      const regressions = fifo ? { 'messages that only waited': WAITED } : {};
      const known = fifo && server === 'elasticmq' ? KNOWN_OF_ELASTICMQ : [];
      differential({
        ...{ it, title, generator: queueOperations(fifo), open: () => open(server, fifo), regressions, known },
        operations,
        // What ElasticMQ does otherwise there would show in every sequence.
        seeds: known.length > 0 ? [] : seeds,
      });
    }
  });
}
