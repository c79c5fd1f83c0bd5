import {
  type MessageAttributeValue,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SendMessageBatchResultEntry,
} from '@aws-sdk/client-sqs';
import { BatchError } from '@verifiedfan/batch-fn';
import { type OutgoingMessage, PortError, type Queue, type SendResult } from '@verifiedfan/ports';
import { createTurns } from '../sdk/turns.ts';
import { createEntryCall, type EntryOptions } from './entries.ts';
import { findFlaw, sizeOfMessage } from './message-rules.ts';

type Sent = { messageId: string };

const toAttributes = (attributes: Readonly<Record<string, string>>): Record<string, MessageAttributeValue> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );

const toEntry = ({ id, item }: { id: string; item: OutgoingMessage }): SendMessageBatchRequestEntry => {
  const { body, attributes = {}, delaySeconds, group, deduplicationId } = item;
  return {
    Id: id,
    MessageBody: body,
    ...(Object.keys(attributes).length === 0 ? {} : { MessageAttributes: toAttributes(attributes) }),
    // A FIFO queue takes a delay of 0 only, which means the queue's own.
    ...(delaySeconds === undefined || group !== undefined ? {} : { DelaySeconds: delaySeconds }),
    ...(group === undefined ? {} : { MessageGroupId: group }),
    ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
  };
};

/**
 * Sends any number of messages; each is answered in its place, and one that is over a limit keeps none of the others back. SQS goes on
 * with the messages behind one that failed, so to a FIFO queue a request holds at most one message of a group, the next follows when the
 * one before it was taken, and those behind one that is given up are not sent. Calls that overlap take turns at the groups they share.
 */
export const createSend = (options: EntryOptions & { fifo: boolean }): Queue['sendMany'] => {
  const { sqs, fifo } = options;
  const takeTurn = createTurns();
  const sendAll = createEntryCall<OutgoingMessage, SendMessageBatchResultEntry, Sent>(
    {
      operation: 'SendMessageBatch',
      send: (entries) =>
        sqs.call({
          operation: 'SendMessageBatch',
          send: (sdk, QueueUrl) => sdk.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries.map(toEntry) })),
          measure: ({ Successful = [] }) => measureSent(entries, new Set(Successful.map(({ Id }) => Id))),
        }),
      toResult: ({ MessageId }) => (MessageId ? { messageId: MessageId } : undefined),
      sizeOf: sizeOfMessage,
      keyOf: fifo ? ({ group }) => group : undefined,
    },
    options,
  );

  return async (messages) => {
    const about = { fifo, name: sqs.name };
    const results = messages.map((message): SendResult | undefined => {
      const error = findFlaw(message, about);
      return error && { error };
    });
    const good = messages.filter((_, index) => results[index] === undefined);
    const groups = fifo ? good.flatMap(({ group }) => group ?? []) : [];
    const outcomes = await takeTurn(groups, () => sendAll(good));
    let next = 0;
    return results.map((refused) => refused ?? toSendResult(outcomes[next++], sqs.name));
  };
};

const measureSent = (
  entries: readonly { id: string; item: OutgoingMessage }[],
  taken: ReadonlySet<string | undefined>,
) => {
  const sent = entries.filter(({ id }) => taken.has(id));
  return { messages: sent.length, bytes: sent.reduce((sum, { item }) => sum + sizeOfMessage(item), 0) };
};

const toSendResult = (outcome: SendResult | undefined, resource: string): SendResult => {
  if (outcome !== undefined && !('error' in outcome && outcome.error instanceof BatchError)) return outcome;
  const message = 'the message was not sent, since an earlier one of its group failed';
  return { error: new PortError({ code: 'unavailable', message, resource, cause: outcome?.error }) };
};
