import { checkOptions, type OptionRule, optional, positiveInteger, trueOrFalse } from '@verifiedfan/map-utils';
import { PortError, type Queue, type ReceiveOptions } from '@verifiedfan/ports';
import { createSqs, type SqsClientOptions } from './client.ts';
import { type RedrivePolicy, readDepth, readRedrivePolicy, verifyQueue } from './depth.ts';
import { createHandles } from './handles.ts';
import { createReceive } from './receive.ts';
import type { SqsMessage } from './received.ts';
import { createSend } from './send.ts';
import { createWaiting } from './waiting.ts';

/** Exactly one of `queueUrl` and `queueName`. */
export type SqsQueueOptions = SqsClientOptions & {
  /** Whether it is a FIFO queue, as its name ends with `.fifo`. @default false */
  fifo?: boolean | undefined;
  /** The longest that one request of a `receive` waits at the service, in seconds, 1 to 20; `close` may take as long. @default 5 */
  longPollSeconds?: number | undefined;
  /** How soon `waitForMessages` looks a second time, in milliseconds; the distance then doubles. @default 250 */
  pollMs?: number | undefined;
  /** The longest distance between two looks, in milliseconds. @default 5_000 */
  maxPollMs?: number | undefined;
  /** Requests under way at once in one call. @default 4 */
  concurrency?: number | undefined;
  /** How often a message is sent at most before it is given up, when SQS cannot take it alone; also for deletions. @default 5 */
  attempts?: number | undefined;
};

/** An SQS queue as a port, with what its owner needs. */
export type SqsQueue = Omit<Queue, 'receive'> & {
  receive(options: ReceiveOptions): Promise<SqsMessage[]>;
  /** Asks whether the queue is there and of the right kind: to learn at the start what the first call would say otherwise. */
  verify(): Promise<void>;
  /** Where messages go that were received too often; undefined when they stay. */
  redrivePolicy(): Promise<RedrivePolicy | undefined>;
  /** Ends waits, lets calls under way end (a long poll takes up to `longPollSeconds`), and lets go of the connections. */
  close(): Promise<void>;
};

const isPresent: OptionRule = { expects: 'a text', accepts: (value) => typeof value === 'string' && value !== '' };
const isObject: OptionRule = { expects: 'an object', accepts: (value) => typeof value === 'object' && value !== null };
const isFunction: OptionRule = { expects: 'a function', accepts: (value) => typeof value === 'function' };
const isPollTime: OptionRule = {
  expects: 'a whole number from 1 to 20',
  accepts: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 20,
};

const checkQueueOptions = (options: SqsQueueOptions): void => {
  const hasUrl = options.queueUrl !== undefined;
  checkOptions<SqsQueueOptions>('createSqsQueue', options, {
    name: isPresent,
    connection: isObject,
    queueUrl: optional(isPresent),
    queueName: {
      expects: 'given when there is no queueUrl, and only then',
      accepts: (value) => (hasUrl ? value === undefined : isPresent.accepts(value)),
    },
    fifo: optional(trueOrFalse),
    longPollSeconds: optional(isPollTime),
    pollMs: optional(positiveInteger),
    maxPollMs: optional(positiveInteger),
    concurrency: optional(positiveInteger),
    attempts: optional(positiveInteger),
    onUse: optional(isFunction),
  });
};

/**
 * A queue on SQS, standard or FIFO. Nothing is sent before the first call. A standard queue may take a message twice, when a connection is
 * lost behind a request and the SDK sends it again; a FIFO queue knows it by its deduplication id.
 */
export const createSqsQueue = (options: SqsQueueOptions): SqsQueue => {
  checkQueueOptions(options);
  const { name, connection, fifo = false, longPollSeconds = 5, pollMs = 250, maxPollMs = 5_000 } = options;
  const { concurrency = 4, attempts = 5, queueUrl, queueName, onUse } = options;
  const { clock, random } = connection;
  const sqs = createSqs({ name, connection, queueUrl, queueName, onUse });
  const { lifecycle } = sqs;
  const calls = { sqs, concurrency, attempts, clock, random };
  const sendMany = createSend({ ...calls, fifo });
  const { deleteMany, changeVisibility } = createHandles(calls);
  const waiting = createWaiting({ sqs, pollMs, maxPollMs, clock });
  const giveBack = async (messages: readonly SqsMessage[]): Promise<void> => {
    await changeVisibility(
      messages.map(({ receiptHandle }) => receiptHandle),
      0,
    );
    waiting.changed();
  };
  const receive = createReceive({ sqs, fifo, longPollSeconds, concurrency, clock, random, giveBack });
  /** Runs a call by which messages may become receivable: sent, shown again, or no longer held back by one of their group. */
  const changing = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    const answer = await lifecycle.run(call);
    waiting.changed();
    return answer;
  };
  return {
    name,
    fifo,
    sendMany: (messages) => changing(() => sendMany(messages)),
    deleteMany: (handles) => changing(() => deleteMany(handles)),
    changeVisibility: (handles, seconds) => changing(() => changeVisibility(handles, seconds)),
    async receive(request) {
      const messages = await lifecycle.run(() => receive(request));
      waiting.received(messages.length > 0);
      return messages;
    },
    depth: () => lifecycle.run(() => readDepth(sqs)),
    async peek() {
      const message = 'SQS shows messages only by receiving them';
      throw new PortError({ code: 'validation', message, resource: name });
    },
    waitForMessages: (signal) => lifecycle.run(() => waiting.wait(signal)),
    verify: () => lifecycle.run(() => verifyQueue(sqs, fifo)),
    redrivePolicy: () => lifecycle.run(() => readRedrivePolicy(sqs)),
    close: lifecycle.close,
  };
};
