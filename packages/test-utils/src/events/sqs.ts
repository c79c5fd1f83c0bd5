import { createHash } from 'node:crypto';
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { DEFAULT_NOW_MS } from '../clock.ts';
import { ACCOUNT, md5, type Payload, REGION, toText, uuidOf } from './common.ts';

export type SqsInputMessage = {
  /** Text as it is, everything else as JSON. */
  body: Payload;
  messageId?: string | undefined;
  /** Text attributes of the message. @default none */
  attributes?: Readonly<Record<string, string>> | undefined;
  /** How often the message was received, this time included. @default 1 */
  receiveCount?: number | undefined;
  /** The message group; required by FIFO queues and allowed on others. */
  group?: string | undefined;
  deduplicationId?: string | undefined;
  /** FIFO queues: 20 digits. @default rises from the first */
  sequenceNumber?: string | undefined;
  sentAtMs?: number | undefined;
  firstReceivedAtMs?: number | undefined;
};

export type SqsInputOptions = {
  /** A name ending in `.fifo` makes a FIFO queue. */
  queue?: string;
};

/** AWS sends null, not a missing member, for a message without attributes; the published types know only text. */
export type SqsInput = {
  Records: (Omit<SQSRecord, 'md5OfMessageAttributes'> & { md5OfMessageAttributes: string | null })[];
};

const FIRST_SEQUENCE = 18_870_000_000_000_000_001n;

/** The event of an SQS queue. On a FIFO queue a message without a group belongs to the group `default`. */
export const makeSqsInput = (
  messages: readonly SqsInputMessage[],
  { queue = 'queue' }: SqsInputOptions = {},
): SqsInput => ({
  Records: messages.map((message, index) => {
    const body = toText(message.body);
    const messageId = message.messageId ?? uuidOf(`${queue}:${index}:${body}`);
    const sentAtMs = message.sentAtMs ?? DEFAULT_NOW_MS + index;
    return {
      messageId,
      receiptHandle: `AQEB${Buffer.from(`${messageId}#${message.receiveCount ?? 1}`).toString('base64')}`,
      body,
      attributes: {
        ApproximateReceiveCount: String(message.receiveCount ?? 1),
        SentTimestamp: String(sentAtMs),
        SenderId: 'AROAEXAMPLE:worker',
        ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs ?? sentAtMs + 27),
        ...groupAttributes(message, index, { fifo: queue.endsWith('.fifo'), body }),
      },
      messageAttributes: messageAttributes(message.attributes ?? {}),
      md5OfMessageAttributes: md5OfAttributes(message.attributes ?? {}),
      md5OfBody: md5(body),
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:${queue}`,
      awsRegion: REGION,
    };
  }),
});

const groupAttributes = (message: SqsInputMessage, index: number, { fifo, body }: { fifo: boolean; body: string }) => ({
  ...(fifo ? { SequenceNumber: message.sequenceNumber ?? String(FIRST_SEQUENCE + BigInt(index)) } : {}),
  ...(fifo || message.group !== undefined ? { MessageGroupId: message.group ?? 'default' } : {}),
  ...(fifo ? { MessageDeduplicationId: message.deduplicationId ?? md5(`${index}:${body}`) } : {}),
});

const messageAttributes = (attributes: Readonly<Record<string, string>>): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, stringValue]) => [
      name,
      { stringValue, stringListValues: [], binaryListValues: [], dataType: 'String' },
    ]),
  );

/** As SQS counts them: by name, each part behind its length in four bytes, and a 1 for "a text" in front of the value. */
const md5OfAttributes = (attributes: Readonly<Record<string, string>>): string | null => {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return null;
  const hash = createHash('md5');
  const add = (text: string): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    hash.update(length).update(text);
  };
  for (const name of names) {
    add(name);
    add('String');
    hash.update(Uint8Array.of(1));
    add(attributes[name] ?? '');
  }
  return hash.digest('hex');
};
