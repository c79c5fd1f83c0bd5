import type { JsonValue, ReceivedMessage } from '@verifiedfan/ports';
import type { Outcomes } from '../outcomes.ts';
import type { RecordMeta, Undecodable, WorkerRecord } from '../record.ts';
import {
  firstRecord,
  isObject,
  metaOf,
  type QueueSourceOptions,
  recordsOf,
  resourceNames,
  type Source,
  textOr,
} from '../source.ts';
import { queueOptions } from './stream-options.ts';

/** A queue of JSON messages. Shapes: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const sqs = <Data = JsonValue>(
  queue: string,
  options: QueueSourceOptions & { fifo?: boolean } = {},
): Source<Data> => ({
  kind: 'sqs',
  resource: queue,
  mode: 'batch',
  queue: queueOptions(options, options.fifo ?? false),
  recognises: (event) => firstRecord(event)?.eventSource === 'aws:sqs',
  decode(event, context) {
    const records: WorkerRecord<Data>[] = [];
    const undecodable: Undecodable[] = [];
    const nameOf = resourceNames(queue);
    for (const raw of recordsOf(event)) {
      const decoded = decodeMessage<Data>(raw, nameOf, context);
      if ('reason' in decoded) undecodable.push(decoded);
      else records.push(decoded);
    }
    return { records, undecodable };
  },
  respond: ({ records }, outcomes) => ({
    batchItemFailures: failedMessages(records, outcomes).map(({ meta }) => ({ itemIdentifier: meta.id })),
  }),
  redrive: (payload) => ({ Records: [payload] }),
});

/** A FIFO message counts as failed when an earlier one of its group did: deleting it would lose it or break the order. */
export const failedMessages = (
  records: readonly WorkerRecord<unknown>[],
  outcomes: Outcomes,
): WorkerRecord<unknown>[] => {
  const blocked = new Set<string>();
  return records.filter((record) => {
    const { group } = record.meta;
    const failed = outcomes.retried.has(record) || (group !== undefined && blocked.has(group));
    if (failed && group !== undefined) blocked.add(group);
    return failed;
  });
};

const decodeMessage = <Data>(
  raw: unknown,
  nameOf: (arn: unknown) => string,
  context: { correlation: string; nowMs: number },
): WorkerRecord<Data> | Undecodable => {
  const message = isObject(raw) ? raw : {};
  const attributes = isObject(message.attributes) ? message.attributes : {};
  const id = textOr(message.messageId, '');
  const arn = textOr(message.eventSourceARN, '');
  const position = `${nameOf(arn)}/${id || 'unknown'}`;
  try {
    const data = JSON.parse(textOr(message.body, '')) as Data;
    const own = metaOf(data);
    const meta: RecordMeta = {
      source: 'sqs',
      id,
      position,
      receiveCount: Number(textOr(attributes.ApproximateReceiveCount, '1')),
      correlation: own.correlation ?? attributeText(message, 'correlation') ?? (id || context.correlation),
      timeMs: Number(textOr(attributes.SentTimestamp, String(context.nowMs))),
    };
    const traceparent = own.traceparent ?? attributeText(message, 'traceparent');
    if (traceparent !== undefined) meta.traceparent = traceparent;
    if (typeof attributes.SequenceNumber === 'string') meta.sequence = attributes.SequenceNumber;
    // Standard queues may carry a group too (fair queues); only the ARN tells a FIFO queue.
    if (arn.endsWith('.fifo') && typeof attributes.MessageGroupId === 'string') meta.group = attributes.MessageGroupId;
    return { data, meta };
  } catch {
    return { position, reason: 'the body is not JSON', payload: raw as JsonValue };
  }
};

const attributeText = (message: Record<string, unknown>, name: string): string | undefined => {
  const attribute = isObject(message.messageAttributes) ? message.messageAttributes[name] : undefined;
  const value = isObject(attribute) ? attribute.stringValue : undefined;
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,128}$/.test(value) ? value : undefined;
};

/** One record of the AWS event for a message of the local queue. */
export const sqsPayload = (message: ReceivedMessage, { name, fifo }: { name: string; fifo: boolean }): JsonValue => ({
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
    Object.entries(message.attributes).map(([attribute, stringValue]) => [
      attribute,
      { stringValue, stringListValues: [], binaryListValues: [], dataType: 'String' },
    ]),
  ),
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:local:000000000000:${name}${fifo && !name.endsWith('.fifo') ? '.fifo' : ''}`,
  awsRegion: 'local',
});
