import { createHash } from 'node:crypto';
import { readCorrelationMeta } from '@verifiedfan/correlation';
import type { JsonValue, ReceivedMessage } from '@verifiedfan/ports';
import { decodeRecords, eventSourceOf, isObject, metaOf, numberOr, resourceNames, textOr } from '../event-parts.ts';
import type { Outcomes } from '../outcomes.ts';
import type { RecordMeta, Undecodable, WorkerRecord } from '../record.ts';
import type { DecodeContext, QueueSourceOptions, Source } from '../source.ts';
import { queueOptions } from './stream-options.ts';

/** A queue of JSON messages. Shapes: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const sqs = <Data = JsonValue>(
  queue: string,
  options: QueueSourceOptions & { fifo?: boolean } = {},
): Source<Data> => ({
  kind: 'sqs',
  resource: queue,
  mode: 'batch',
  queue: queueOptions(options),
  recognises: (event) => eventSourceOf(event) === 'aws:sqs',
  decode(event, context) {
    const nameOf = resourceNames(queue);
    return decodeRecords(event, (raw) => decodeMessage<Data>(raw, nameOf, context));
  },
  repeats: failedMessages,
  respond: (_batch, repeated) => ({
    batchItemFailures: repeated.map(({ meta }) => ({ itemIdentifier: meta.id })),
  }),
  redrive: (payload) => ({ Records: [payload] }),
});

/** A FIFO message counts as failed when an earlier one of its group did: deleting it would lose it or break the order. */
const failedMessages = (
  records: readonly WorkerRecord<unknown>[],
  { retried }: Outcomes,
): readonly WorkerRecord<unknown>[] => {
  if (retried.size === 0) return [];
  const blocked = new Set<string>();
  return records.filter((record) => {
    const { group } = record.meta;
    const failed = retried.has(record) || (group !== undefined && blocked.has(group));
    if (failed && group !== undefined) blocked.add(group);
    return failed;
  });
};

const decodeMessage = <Data>(
  raw: unknown,
  nameOf: (arn: unknown) => string,
  context: DecodeContext,
): WorkerRecord<Data> | Undecodable => {
  const message = isObject(raw) ? raw : {};
  const attributes = isObject(message.attributes) ? message.attributes : {};
  const id = textOr(message.messageId, '');
  const arn = textOr(message.eventSourceARN, '');
  const position = `${nameOf(arn)}/${id || 'unknown'}`;
  try {
    const data = JSON.parse(textOr(message.body, '')) as Data;
    const own = metaOf(data);
    const beside = attributesOf(message);
    const meta: RecordMeta = {
      source: 'sqs',
      id,
      position,
      receiveCount: numberOr(attributes.ApproximateReceiveCount, 1),
      correlation: own.correlation ?? beside.correlation ?? (id || context.correlation),
      timeMs: numberOr(attributes.SentTimestamp, context.nowMs),
    };
    const traceparent = own.traceparent ?? beside.traceparent;
    if (traceparent !== undefined) meta.traceparent = traceparent;
    if (typeof attributes.SequenceNumber === 'string') meta.sequence = attributes.SequenceNumber;
    // Standard queues may carry a group too (fair queues); only the ARN tells a FIFO queue.
    if (arn.endsWith('.fifo') && typeof attributes.MessageGroupId === 'string') meta.group = attributes.MessageGroupId;
    return { data, meta };
  } catch {
    return { position, reason: 'the body is not JSON', payload: raw as JsonValue };
  }
};

/** Correlation and trace in message attributes, for messages whose body has no room for them. */
const attributesOf = ({ messageAttributes }: Record<string, unknown>): ReturnType<typeof metaOf> => {
  if (!isObject(messageAttributes)) return NOTHING;
  const { correlation, traceparent } = messageAttributes;
  if (correlation === undefined && traceparent === undefined) return NOTHING;
  return readCorrelationMeta({ correlation: stringValue(correlation), traceparent: stringValue(traceparent) });
};
const NOTHING = Object.freeze({});
const stringValue = (attribute: unknown): unknown => (isObject(attribute) ? attribute.stringValue : undefined);

/** The name that AWS would give the queue: a FIFO queue's ends in `.fifo`, and nothing else tells it. */
const arnNameOf = ({ name, fifo }: { name: string; fifo: boolean }): string =>
  fifo && !name.endsWith('.fifo') ? `${name}.fifo` : name;

/** Where a message of the local queue is; the same as its decoded record says. */
export const sqsPosition = (message: Pick<ReceivedMessage, 'messageId'>, queue: { name: string; fifo: boolean }) =>
  `${arnNameOf(queue)}/${message.messageId}`;

/** One record of the AWS event for a message of the local queue. */
export const sqsPayload = (message: ReceivedMessage, queue: { name: string; fifo: boolean }): JsonValue => ({
  messageId: message.messageId,
  receiptHandle: message.receiptHandle,
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAtMs),
    SenderId: 'local',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    ...(message.sequence === undefined ? {} : { SequenceNumber: message.sequence }),
    ...(message.group === undefined ? {} : { MessageGroupId: message.group }),
    ...(message.deduplicationId === undefined ? {} : { MessageDeduplicationId: message.deduplicationId }),
  },
  messageAttributes: Object.fromEntries(
    Object.entries(message.attributes).map(([attribute, text]) => [
      attribute,
      { stringValue: text, stringListValues: [], binaryListValues: [], dataType: 'String' },
    ]),
  ),
  md5OfBody: createHash('md5').update(message.body).digest('hex'),
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:local:000000000000:${arnNameOf(queue)}`,
  awsRegion: 'local',
});
