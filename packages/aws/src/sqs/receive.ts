import { ReceiveMessageCommand, type ReceiveMessageCommandOutput } from '@aws-sdk/client-sqs';
import { assertWhole } from '@verifiedfan/driver';
import { type Clock, PortError, type Random, type ReceiveOptions } from '@verifiedfan/ports';
import type { Sqs } from './client.ts';
import { sizeOfMessage } from './message-rules.ts';
import { type SqsMessage, toReceived } from './received.ts';

export type ReceiveParts = {
  sqs: Sqs;
  /** The longest that one request waits at the service. */
  longPollSeconds: number;
  concurrency: number;
  fifo: boolean;
  clock: Clock;
  random: Random;
  /** Makes messages receivable at once that came when nobody wanted them any more. */
  giveBack: (messages: readonly SqsMessage[]) => Promise<void>;
};

type Poll = { max: number; waitSeconds: number; visibilitySeconds: number | undefined };

const MAX_PER_CALL = 10;
const MAX_MESSAGES = 10_000;
export const MAX_VISIBILITY_SECONDS = 43_200;
/** A service waits in whole seconds; what is left of a wait is filled with looks at this distance. */
const SHORT_WAIT_MS = 200;
/** Enough at once, so that 10,000 messages of 1 MiB do not fill the memory: the next receive brings the rest. */
const MAX_GATHERED_BYTES = 32 * 1_048_576;

const sizeOfAll = (messages: readonly SqsMessage[]): number =>
  messages.reduce((sum, message) => sum + sizeOfMessage(message), 0);

const measureReceived = ({ Messages = [] }: ReceiveMessageCommandOutput) => {
  const messages = Messages.flatMap((message) => toReceived(message) ?? []);
  return { messages: messages.length, bytes: sizeOfAll(messages) };
};

/**
 * Receives by long polls. A request that SQS has taken may bring messages whatever becomes of its connection, and what it brings is
 * hidden for the whole visibility. So an abort never cancels a request: the caller is answered at once, and messages that arrive
 * afterwards are given back. Long polls are kept short, because closing waits for them.
 */
export const createReceive = (parts: ReceiveParts) => {
  const { sqs, fifo, clock, random, concurrency, longPollSeconds, giveBack } = parts;

  const poll = async ({ max, waitSeconds, visibilitySeconds }: Poll): Promise<SqsMessage[]> => {
    const attemptId = random.uuid();
    const { Messages = [] } = await sqs.call<ReceiveMessageCommandOutput>({
      operation: 'ReceiveMessage',
      send: (sdk, QueueUrl) =>
        sdk.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: Math.min(MAX_PER_CALL, max),
            WaitTimeSeconds: waitSeconds,
            MessageSystemAttributeNames: ['All'],
            MessageAttributeNames: ['All'],
            ...(visibilitySeconds === undefined ? {} : { VisibilityTimeout: visibilitySeconds }),
            // Lets a repeated request, whose first answer was lost, bring the same messages: their group would be held back otherwise.
            ...(fifo ? { ReceiveRequestAttemptId: attemptId } : {}),
          }),
        ),
      measure: measureReceived,
    });
    return Messages.flatMap((message) => toReceived(message) ?? []);
  };

  /** Like `poll`, but ends with the signal. Messages have one owner: the caller, or when it was answered before, who gives them back. */
  const pollUntil = (signal: AbortSignal, request: Poll): Promise<SqsMessage[]> => {
    const answer = Promise.withResolvers<SqsMessage[]>();
    let isAnswered = false;
    const stop = (): void => {
      isAnswered = true;
      answer.resolve([]);
    };
    const polling = sqs.lifecycle.run(async () => {
      const messages = await poll(request);
      if (isAnswered && messages.length > 0) await giveBack(messages);
      isAnswered = true;
      answer.resolve(messages);
    });
    signal.addEventListener('abort', stop, { once: true });
    polling.catch(answer.reject).finally(() => signal.removeEventListener('abort', stop));
    return answer.promise;
  };

  /** Adds what further calls bring at once, several at a time, until one comes back empty. */
  const gather = async (first: SqsMessage[], request: Poll, signal: AbortSignal): Promise<SqsMessage[]> => {
    const { max, visibilitySeconds } = request;
    // Messages that are hidden for no time would be met again and again.
    if (visibilitySeconds === 0) return first;
    const gathered = new Map(first.map((message) => [message.messageId, message]));
    let reserved = first.length;
    let bytes = sizeOfAll(first);
    const takeMore = async (): Promise<void> => {
      while (reserved < max && bytes < MAX_GATHERED_BYTES && !signal.aborted) {
        const wanted = Math.min(MAX_PER_CALL, max - reserved);
        reserved += wanted;
        // What was received already must reach its caller, whatever becomes of a later call.
        const more = await pollUntil(signal, { ...request, max: wanted, waitSeconds: 0 }).catch(() => []);
        reserved -= wanted - more.length;
        bytes += sizeOfAll(more);
        // Met twice when the visibility ended meanwhile: the newer handle is the one that counts.
        for (const message of more) gathered.set(message.messageId, message);
        if (more.length === 0) return;
      }
    };
    const lanes = Math.min(concurrency, Math.ceil((max - first.length) / MAX_PER_CALL));
    await Promise.all(Array.from({ length: lanes }, takeMore));
    return [...gathered.values()];
  };

  return async ({ max, waitMs = 0, visibilitySeconds, signal }: ReceiveOptions): Promise<SqsMessage[]> => {
    assertWhole('max', max, 1, MAX_MESSAGES);
    if (visibilitySeconds !== undefined) assertWhole('visibilitySeconds', visibilitySeconds, 0, MAX_VISIBILITY_SECONDS);
    if (!(waitMs >= 0)) throw new PortError({ code: 'validation', message: 'waitMs must be 0 or more' });
    const { closing } = sqs.lifecycle;
    const stop = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    const deadlineMs = clock.now() + waitMs;
    while (!stop.aborted) {
      const leftMs = deadlineMs - clock.now();
      const waitSeconds = Math.min(longPollSeconds, Math.max(0, Math.floor(leftMs / 1_000)));
      const request = { max, waitSeconds, visibilitySeconds };
      const messages = await pollUntil(stop, request);
      if (messages.length > 0) return gather(messages, request, stop);
      if (clock.now() >= deadlineMs) return [];
      if (waitSeconds === 0) await clock.sleep(Math.min(SHORT_WAIT_MS, deadlineMs - clock.now()), stop);
    }
    return [];
  };
};
