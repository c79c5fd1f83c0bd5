import type { JsonValue, Queue, ReceivedMessage } from '@verifiedfan/ports';
import { type PreparedWorker, type Source, sqsPayload, toError } from '@verifiedfan/worker';
import { failedMessageIds, invokeWithEvent } from './json-way.ts';
import type { Mapping, MappingEvents } from './mapping.ts';

export type QueueMappingOptions = {
  prepared: PreparedWorker;
  source: Source;
  queue: Queue;
  /** Receives after which a message that still fails is dead-lettered. */
  maxReceiveCount: number;
  events: MappingEvents;
  signal: AbortSignal;
};

/**
 * Runs one worker over a queue: receives, invokes with the exact AWS event, deletes what was done. What failed becomes visible again
 * after a back-off that grows with its receives, and goes to the dead letters when it failed too often.
 */
export const startQueueMapping = (options: QueueMappingOptions): Mapping => {
  const { prepared, source, queue, signal } = options;
  let working = 0;
  const poll = async (): Promise<void> => {
    const { batchSize = 10, batchWindowSeconds = 0 } = source.queue ?? {};
    while (!signal.aborted) {
      await queue.waitForMessages(signal);
      if (signal.aborted) return;
      working += 1;
      try {
        const messages = await receiveBatch(options, { batchSize, batchWindowSeconds });
        if (messages.length > 0) await workOffMessages(options, messages);
      } finally {
        working -= 1;
        options.events.progressed();
      }
    }
  };
  const pollers = Array.from({ length: Math.min(source.queue?.maxConcurrency ?? 1, 4) }, poll);
  return {
    worker: prepared.name,
    resource: source.resource,
    finished: Promise.all(pollers).then(() => undefined),
    async idle() {
      if (working > 0) return false;
      const { visible, inFlight, delayed } = await queue.depth();
      return visible + inFlight + delayed === 0;
    },
  };
};

const receiveBatch = async (
  { queue, signal, prepared }: QueueMappingOptions,
  { batchSize, batchWindowSeconds }: { batchSize: number; batchWindowSeconds: number },
): Promise<ReceivedMessage[]> => {
  const messages = await queue.receive({ max: batchSize, signal });
  if (batchWindowSeconds === 0 || messages.length === 0 || messages.length >= batchSize) return messages;
  await prepared.host.platform.clock.sleep(batchWindowSeconds * 1_000, signal);
  return [...messages, ...(await queue.receive({ max: batchSize - messages.length, signal }))];
};

const workOffMessages = async (options: QueueMappingOptions, messages: readonly ReceivedMessage[]): Promise<void> => {
  const { prepared, queue, source, events } = options;
  const described = { name: source.resource, fifo: queue.fifo };
  const ids = messages.map(({ messageId }) => messageId);
  let failed: ReadonlySet<string> = new Set(ids);
  try {
    const answer: JsonValue = await invokeWithEvent({
      prepared,
      records: messages.map((message) => sqsPayload(message, described)),
    });
    failed = failedMessageIds(answer, ids) ?? failed;
    events.invoked(prepared.name, answer);
    if (failed.size > 0) events.failed(prepared.name, new Error('messages to be retried'));
  } catch (thrown) {
    events.failed(prepared.name, toError(thrown));
  }
  const done = messages.filter(({ messageId }) => !failed.has(messageId));
  if (done.length > 0) await queue.deleteMany(done.map(({ receiptHandle }) => receiptHandle));
  for (const message of messages) if (failed.has(message.messageId)) await returnOrGiveUp(options, message);
};

const returnOrGiveUp = async (
  { prepared, queue, source, maxReceiveCount }: QueueMappingOptions,
  message: ReceivedMessage,
): Promise<void> => {
  if (message.receiveCount < maxReceiveCount) {
    // SQS has no back-off of its own; without one a failing message spins.
    await queue.changeVisibility([message.receiptHandle], backOffSeconds(message.receiveCount));
    return;
  }
  const payload = sqsPayload(message, { name: source.resource, fifo: queue.fifo });
  const reason = `given up after ${message.receiveCount} receives`;
  await prepared.deadLetters.add(prepared.name, [
    { position: `${source.resource}/${message.messageId}`, reason, payload },
  ]);
  await queue.deleteMany([message.receiptHandle]);
};

/** 1, 2, 4, … seconds, at most a minute. */
const backOffSeconds = (receiveCount: number): number => Math.min(60, 2 ** (receiveCount - 1));
