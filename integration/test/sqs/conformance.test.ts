import { describe, it } from 'node:test';
import type { QueueSubject } from '@verifiedfan/conformance';
import { fifoQueueSuite, queueSuite } from '@verifiedfan/conformance';
import { awsConnection } from '../../src/index.ts';
import { closeQueue, openQueue, type SqsSubject } from './open-queue.ts';

/** What both servers answer otherwise than SQS does, and what SQS itself cannot do. */
const STANDARD = {
  'never gives a deleted message again, and takes a second deletion':
    'both servers refuse a handle that is not of the newest receive (ReceiptHandleIsInvalid), where SQS answers success',
  'refuses to hide a message that is not in flight under the handle':
    'both servers take it, where SQS answers MessageNotInflight',
  'shows messages in the order of arrival without receiving them':
    'SQS shows messages only by receiving them: peek is refused with validation',
};
const FIFO = {
  'refuses a deletion after the visibility has ended':
    'both servers delete it, where SQS answers that the receipt handle has expired',
  'forgets a deduplication id after five minutes': 'the five minutes would have to pass for real',
};

const opened = new WeakMap<QueueSubject, SqsSubject>();
const open = async (server: 'ministack' | 'elasticmq', fifo: boolean): Promise<QueueSubject> => {
  const subject = await openQueue(awsConnection(server), { fifo });
  opened.set(subject, subject);
  return subject;
};
const close = async (subject: QueueSubject): Promise<void> => {
  const found = opened.get(subject);
  if (found !== undefined) await closeQueue(found);
};

for (const server of ['ministack', 'elasticmq'] as const) {
  describe(`SQS on ${server}`, () => {
    queueSuite({ it, skip: STANDARD, open: () => open(server, false), close });
    fifoQueueSuite({ it, skip: FIFO, open: () => open(server, true), close });
  });
}
