import type { PublishBatchRequestEntry } from '@aws-sdk/client-sns';
import { batchFn, type Outcome } from '@verifiedfan/batch-fn';
import { assertOptions } from '@verifiedfan/driver';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { calling } from '../sdk/errors.ts';
import { createRefusedAlone } from '../sdk/refused-alone.ts';
import { lazily } from './lazily.ts';
import { entryError } from './outcomes.ts';

export type Notification = {
  /** At most 256 KiB with its subject and attributes. */
  Message: string;
  /** For subscriptions by e-mail. */
  Subject?: string | undefined;
  /** Text attributes, by which subscriptions may filter. */
  attributes?: Readonly<Record<string, string>> | undefined;
  /** FIFO topics: required. Notifications of one group keep their order. */
  MessageGroupId?: string | undefined;
  /** FIFO topics: a second one within five minutes is answered and not delivered. */
  MessageDeduplicationId?: string | undefined;
};

export type SnsClient = {
  publish(input: Notification & { TopicArn: string }): Promise<{ messageId: string }>;
  /** Any number of notifications, answered in order. Those that failed in a way that may pass are sent again, they alone. */
  publishBatch(input: {
    TopicArn: string;
    messages: readonly Notification[];
  }): Promise<Outcome<{ messageId: string }>[]>;
};

/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
const MOST_ENTRIES = 10;
const MOST_BYTES = 262_144;
const BATCHES_AT_ONCE = 4;

const toEntry = ({ attributes = {}, ...notification }: Notification) => ({
  ...notification,
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  ),
});

/** SNS does not say whether the subject counts towards its limit, so it does: a batch that is a little smaller costs nothing. */
const sizeOf = ({ Message, Subject = '', attributes = {} }: Notification): number =>
  Object.entries(attributes).reduce(
    (bytes, [name, value]) => bytes + Buffer.byteLength(name + value) + 'String'.length,
    Buffer.byteLength(Message + Subject),
  );

/** Publishes to topics. */
export const SNS = (options: { connection: AwsConnection }): SnsClient => {
  assertOptions(options, ['connection']);
  const { connection } = options;
  const { clock, random } = connection;
  const open = lazily(async () => {
    const sdk = await import('@aws-sdk/client-sns');
    const client = new sdk.SNSClient(sdkConfiguration(connection));
    return { sdk, client: sdkClient(client, { name: 'sns', connection }) };
  });

  const refusedAlone = createRefusedAlone();

  const publishSome = async (TopicArn: string, batch: Notification[]): Promise<Outcome<{ messageId: string }>[]> => {
    const about = { operation: 'sns.PublishBatch', resource: TopicArn };
    const entries: PublishBatchRequestEntry[] = batch.map((one, index) => ({ Id: String(index), ...toEntry(one) }));
    const { Successful = [], Failed = [] } = await calling(about, async () => {
      const { sdk, client } = await open();
      return client.send(new sdk.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
    });
    const messageIds = new Map(Successful.map(({ Id, MessageId }) => [Id, MessageId ?? '']));
    const faults = new Map(Failed.map(({ Id, Code, SenderFault }) => [Id, { code: Code, senderFault: SenderFault }]));
    return entries.map(({ Id }) => {
      const messageId = messageIds.get(Id);
      return messageId === undefined
        ? { error: refusedAlone.note(entryError(faults.get(Id) ?? { code: undefined }, about)) }
        : { messageId };
    });
  };

  return {
    async publish({ TopicArn, ...notification }) {
      const { MessageId = '' } = await calling({ operation: 'sns.Publish', resource: TopicArn }, async () => {
        const { sdk, client } = await open();
        return client.send(new sdk.PublishCommand({ TopicArn, ...toEntry(notification) }));
      });
      return { messageId: MessageId };
    },
    publishBatch: ({ TopicArn, messages }) =>
      batchFn<Notification, { messageId: string }>((batch) => publishSome(TopicArn, batch), {
        batchSize: MOST_ENTRIES,
        concurrency: BATCHES_AT_ONCE,
        maxBytes: MOST_BYTES,
        sizeOf,
        isRetryable: refusedAlone.mayRepeat,
        clock,
        random,
        // An entry that is sent again must not come behind a later one of its group.
        ...(TopicArn.endsWith('.fifo') ? { keyOf: (one) => one.MessageGroupId, stopKeyOnFailure: true } : {}),
      })(messages),
  };
};
