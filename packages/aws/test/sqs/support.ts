import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createSqsQueue, type SqsQueueOptions } from '../../src/index.ts';
import { type Handler, type Input, startService } from '../kinesis/service.ts';

export const URL_OF_QUEUE = 'http://127.0.0.1/000000000000/links';

export const openQueue = async (
  test: TestContext,
  handlers: Readonly<Record<string, Handler>>,
  { maxAttempts = 1, ...options }: Partial<SqsQueueOptions> & { maxAttempts?: number } = {},
) => {
  const service = await startService(test, handlers);
  const connection = { ...service.connection, maxAttempts };
  const queueUrl = options.queueName === undefined ? URL_OF_QUEUE : undefined;
  const queue = createSqsQueue({ name: 'shortUrlQueue', queueUrl, connection, ...options });
  test.after(() => queue.close());
  return { ...service, queue };
};

type Entry = { Id: string; MessageBody?: string; ReceiptHandle?: string; VisibilityTimeout?: number };

export const entriesOf = (input: Input | undefined): Entry[] => (input?.Entries ?? []) as Entry[];
export const bodiesOf = (input: Input | undefined): (string | undefined)[] =>
  entriesOf(input).map(({ MessageBody }) => MessageBody);

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export type Refusal = { Code: string; SenderFault: boolean };

/** Answers a batch: every entry is done, except those for which `refuse` has a reason. */
export const doing =
  (refuse: (entry: Entry, count: number) => Refusal | undefined = () => undefined): Handler =>
  (input, count) => {
    const entries = entriesOf(input).map((entry) => ({ entry, refusal: refuse(entry, count) }));
    const Failed = entries.flatMap(({ entry: { Id }, refusal }) => (refusal ? [{ Id, ...refusal }] : []));
    const done = entries.filter(({ refusal }) => refusal === undefined).map(({ entry }) => entry);
    const Successful = done.map(({ Id, MessageBody = '' }) => ({
      Id,
      MessageId: `id of ${MessageBody}`,
      MD5OfMessageBody: md5(MessageBody),
    }));
    return { body: { Successful, Failed } };
  };

/** A message as ReceiveMessage answers it. */
export const message = (body: string, attributes: Readonly<Record<string, string>> = {}) => ({
  MessageId: `id of ${body}`,
  ReceiptHandle: `handle of ${body}`,
  Body: body,
  MD5OfBody: md5(body),
  Attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '1767225600123',
    ApproximateFirstReceiveTimestamp: '1767225600150',
    ...attributes,
  },
});

export const messages = (...bodies: string[]) => ({ body: { Messages: bodies.map((body) => message(body)) } });

export const depth = (visible: number | string) => ({
  body: {
    Attributes: {
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: '2',
      ApproximateNumberOfMessagesDelayed: '3',
    },
  },
});
