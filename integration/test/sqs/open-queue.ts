import { type AwsConnection, createSqsQueue, makeQueue, type SqsQueue, type SqsQueueOptions } from '@verifiedfan/aws';
import type { QueueSubject } from '@verifiedfan/conformance';
import { uniqueName } from '../../src/index.ts';

export type SqsSubject = Pick<QueueSubject, 'pass'> & { queue: SqsQueue; deadLetters: SqsQueue; queueUrl: string };

/** A new queue whose messages move after two receives, with short looks, because suites do not wait for seconds. */
export const openQueue = async (
  connection: AwsConnection,
  { fifo = false, ...options }: Partial<SqsQueueOptions> = {},
): Promise<SqsSubject> => {
  const end = fifo ? '.fifo' : '';
  const deadUrl = await makeQueue({ queueName: `${uniqueName('dead')}${end}`, connection });
  const deadLetters = { queueUrl: deadUrl, maxReceiveCount: 2 };
  const queueUrl = await makeQueue({ queueName: `${uniqueName('queue')}${end}`, deadLetters, connection });
  const paces = { longPollSeconds: 1, pollMs: 50, maxPollMs: 200 };
  return {
    queueUrl,
    queue: createSqsQueue({ name: 'shortUrlQueue', queueUrl, fifo, connection, ...paces, ...options }),
    deadLetters: createSqsQueue({ name: 'deadLetters', queueUrl: deadUrl, fifo, connection, ...paces }),
    // A server's clock is its own, so time has to pass for real.
    pass: (durationMs) => connection.clock.sleep(durationMs),
  };
};

export const closeQueue = async ({ queue, deadLetters }: SqsSubject): Promise<void> => {
  await Promise.all([queue.close(), deadLetters.close()]);
};
