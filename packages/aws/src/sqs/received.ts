import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { QueueAttributes, ReceivedMessage } from '@verifiedfan/ports';

/** A received message with what SQS says besides. */
export type SqsMessage = ReceivedMessage & {
  /** X-Ray's header of the sender: `Root=…;Parent=…;Sampled=1`. */
  traceHeader?: string;
  /** The ARN of the queue that a dead letter came from. */
  deadLetterSource?: string;
};

/** Binary attributes come as base64, since attributes of the port are text. */
const toText = ({ StringValue, BinaryValue }: MessageAttributeValue): string =>
  StringValue ?? Buffer.from(BinaryValue ?? new Uint8Array()).toString('base64');

const toAttributes = (attributes: Record<string, MessageAttributeValue>): QueueAttributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toText(value)]));

const toFifoParts = (known: Record<string, string>) => {
  const { MessageGroupId: group, MessageDeduplicationId: deduplicationId, SequenceNumber: sequence } = known;
  return {
    ...(group === undefined ? {} : { group }),
    ...(deduplicationId === undefined ? {} : { deduplicationId }),
    ...(sequence === undefined ? {} : { sequence }),
  };
};

/** The message of the port; undefined for an answer without id or handle, with which nothing can be done. */
export const toReceived = (message: Message): SqsMessage | undefined => {
  const { MessageId, ReceiptHandle, Body, Attributes = {}, MessageAttributes = {} } = message;
  if (!MessageId || !ReceiptHandle) return undefined;
  const known: Record<string, string> = { ...Attributes };
  const { AWSTraceHeader: traceHeader, DeadLetterQueueSourceArn: deadLetterSource } = known;
  const sentAtMs = Number(known.SentTimestamp ?? 0);
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body ?? '',
    attributes: toAttributes(MessageAttributes),
    receiveCount: Number(known.ApproximateReceiveCount ?? 1),
    sentAtMs,
    firstReceivedAtMs: Number(known.ApproximateFirstReceiveTimestamp ?? sentAtMs),
    ...toFifoParts(known),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(deadLetterSource === undefined ? {} : { deadLetterSource }),
  };
};
