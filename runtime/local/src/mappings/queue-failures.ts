import type { Queue, ReceivedMessage } from '@verifiedfan/ports';
import { type PreparedWorker, type Source, sqsPayload, sqsPosition } from '@verifiedfan/worker';

export type QueueFailuresOptions = {
  prepared: PreparedWorker;
  source: Source;
  queue: Queue;
  /** Receives after which a message that still fails is dead-lettered. */
  maxReceiveCount: number;
  signal: AbortSignal;
};

/**
 * What becomes of messages that failed: back to the queue after a back-off, or to the dead letters when they were received too often. On a FIFO
 * queue only the first failed message of a group is judged: the later ones had no chance, and must not be given up for it.
 */
export const returnOrGiveUp = async (
  options: QueueFailuresOptions,
  failed: readonly ReceivedMessage[],
): Promise<void> => {
  const { queue, maxReceiveCount, signal } = options;
  const groups = new Set<string>();
  for (const message of failed) {
    const isBlocked = queue.fifo && message.group !== undefined && groups.has(message.group);
    if (message.group !== undefined) groups.add(message.group);
    if (isBlocked) await show(options, message, 0);
    // A stop may be what it failed of.
    else if (signal.aborted) await show(options, message, 0);
    else if (message.receiveCount < maxReceiveCount) await show(options, message, backOffSeconds(message.receiveCount));
    else await giveUp(options, message);
  }
};

/** 1, 2, 4, … seconds, at most a minute. SQS has no back-off of its own; without one a failing message spins. */
const backOffSeconds = (receiveCount: number): number => Math.min(60, 2 ** (receiveCount - 1));

const show = async (
  { queue }: QueueFailuresOptions,
  { receiptHandle }: ReceivedMessage,
  seconds: number,
): Promise<void> => {
  // A handle that is no longer valid belongs to a message that is visible already.
  await queue.changeVisibility([receiptHandle], seconds);
};

const giveUp = async ({ prepared, queue, source }: QueueFailuresOptions, message: ReceivedMessage): Promise<void> => {
  const described = { name: source.resource, fifo: queue.fifo };
  await prepared.deadLetters.add(prepared.name, [
    {
      position: sqsPosition(message, described),
      reason: `given up after ${message.receiveCount} receives`,
      payload: sqsPayload(message, described),
    },
  ]);
  await queue.deleteMany([message.receiptHandle]);
};
