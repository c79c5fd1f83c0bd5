import type { SNSMessage } from 'aws-lambda';
import { DEFAULT_NOW_MS } from '../clock.ts';
import { ACCOUNT, type Payload, REGION, toText, uuidOf } from './common.ts';

export type SnsInputMessage = {
  /** Text as it is, everything else as JSON. */
  message: Payload;
  messageId?: string | undefined;
  /** Null in the event when left out. */
  subject?: string | undefined;
  attributes?: Readonly<Record<string, string>> | undefined;
  atMs?: number | undefined;
};

export type SnsInput = {
  Records: {
    EventSource: 'aws:sns';
    EventVersion: string;
    EventSubscriptionArn: string;
    Sns: Omit<SNSMessage, 'Subject'> & { Subject: string | null };
  }[];
};

/** The event of an SNS topic. Its members begin with capitals, `EventSource` included. */
export const makeSnsInput = (
  messages: readonly SnsInputMessage[],
  { topic = 'topic' }: { topic?: string } = {},
): SnsInput => {
  const TopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:${topic}`;
  const EventSubscriptionArn = `${TopicArn}:${uuidOf(topic)}`;
  return {
    Records: messages.map((message, index) => ({
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn,
      Sns: {
        Type: 'Notification',
        MessageId: message.messageId ?? uuidOf(`${TopicArn}:${index}`),
        TopicArn,
        Subject: message.subject ?? null,
        Message: toText(message.message),
        Timestamp: new Date(message.atMs ?? DEFAULT_NOW_MS + index).toISOString(),
        SignatureVersion: '1',
        Signature: 'RVhBTVBMRQ==',
        SigningCertUrl: 'https://sns.example.com/SimpleNotificationService.pem',
        UnsubscribeUrl: `https://sns.example.com/?Action=Unsubscribe&SubscriptionArn=${EventSubscriptionArn}`,
        MessageAttributes: Object.fromEntries(
          Object.entries(message.attributes ?? {}).map(([name, Value]) => [name, { Type: 'String', Value }]),
        ),
      },
    })),
  };
};
